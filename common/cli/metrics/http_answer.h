/* The head of an answer by HTTP (RFC 9112), and what it says to people. */
#ifndef BS_CLI_METRICS_HTTP_ANSWER_H
#define BS_CLI_METRICS_HTTP_ANSWER_H

#include <stddef.h>

#include "common/cli/metrics/http_request.h"

#define BS_HTTP_HEAD_MAX 512

/* The body of an answer that is no metrics, one line. Lives for ever. */
const char *bs_http_answer_text(enum bs_http_status status);

/* Writes status line, header fields and the empty line, in front of a body of
 * so many octets; date is that of the answer (RFC 9110, section 5.6.7). Returns
 * the length. */
size_t bs_http_answer_head(enum bs_http_status status, size_t body_len,
    const char *date, char out[static BS_HTTP_HEAD_MAX]);

#endif
