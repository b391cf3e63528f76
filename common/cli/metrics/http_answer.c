/* The head of an answer by HTTP (RFC 9112), and what it says to people. */
#include <stdio.h>

#include "common/cli/metrics/http_answer.h"

#define PLAIN "text/plain; charset=utf-8"
/* Prometheus' text format. */
#define EXPOSITION "text/plain; version=0.0.4; charset=utf-8"

static const struct answer {
	const char *status;
	const char *type;
	const char *fields;
	const char *text;
} answers[] = {
    [BS_HTTP_UNFINISHED] = {"400 Bad Request", PLAIN, "",
	"The request did not end in time.\n"},
    [BS_HTTP_OK] = {"200 OK", EXPOSITION, "", ""},
    [BS_HTTP_OTHER_METHOD] = {"405 Method Not Allowed", PLAIN,
	"Allow: GET, HEAD\r\n", "Ask by GET or HEAD.\n"},
    [BS_HTTP_OTHER_PATH] = {"404 Not Found", PLAIN, "",
	"Backstop's metrics are at /metrics; there is nothing else.\n"},
    [BS_HTTP_BAD] = {"400 Bad Request", PLAIN, "",
	"This is no request by HTTP/1.0 or 1.1, or it is too long.\n"},
    [BS_HTTP_TROUBLE] = {"500 Internal Server Error", PLAIN, "",
	"The metrics could not be collected; the journal says why.\n"},
};

const char *
bs_http_answer_text(enum bs_http_status status)
{
	return answers[status].text;
}

size_t
bs_http_answer_head(enum bs_http_status status, size_t body_len,
    const char *date, char out[static BS_HTTP_HEAD_MAX])
{
	const struct answer *answer = &answers[status];

	return (size_t)snprintf(out, BS_HTTP_HEAD_MAX,
	    "HTTP/1.1 %s\r\n"
	    "Date: %s\r\n"
	    "Content-Type: %s\r\n"
	    "Content-Length: %zu\r\n"
	    "%s"
	    "Connection: close\r\n\r\n",
	    answer->status, date, answer->type, body_len, answer->fields);
}
