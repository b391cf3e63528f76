/* Requests of a scraper, read octet by octet; and how they are answered. */
#include <string.h>

#include "common/cli/metrics/http_answer.h"
#include "common/cli/metrics/http_request.h"
#include "tests/unit/unit.h"

#define HOST "Host: localhost:10625\r\n"

struct sample {
	const char *text;
	enum bs_http_status status;
	bool is_head;
};

/* What is whole, and what is not yet. */
static const struct sample samples[] = {
    {"GET /metrics HTTP/1.1\r\n" HOST "\r\n", BS_HTTP_OK, false},
    {"GET /metrics HTTP/1.0\r\n\r\n", BS_HTTP_OK, false},
    {"HEAD /metrics HTTP/1.0\r\n\r\n", BS_HTTP_OK, true},
    {"GET /metrics HTTP/1.1\r\n" HOST "User-Agent: Prometheus/2.42.0\r\n"
     "Accept: application/openmetrics-text;version=1.0.0,*/*;q=0.1\r\n"
     "Accept-Encoding: gzip\r\nEmpty:\r\nTab:\ta\tb\r\nSent: \xc3\xa9\r\n"
     "X-Prometheus-Scrape-Timeout-Seconds: 10\r\n\r\n",
	BS_HTTP_OK, false},
    /* a newline alone ends a line; one empty line before is nothing */
    {"GET /metrics HTTP/1.0\n\n", BS_HTTP_OK, false},
    {"\r\nGET /metrics HTTP/1.0\r\n\r\n", BS_HTTP_OK, false},
    {"\nGET /metrics HTTP/1.0\n\n", BS_HTTP_OK, false},
    {"\r\n\r\nGET /metrics HTTP/1.0\r\n\r\n", BS_HTTP_BAD, false},
    /* other forms of the target */
    {"GET /metrics?name[]=backstop_up HTTP/1.0\r\n\r\n", BS_HTTP_OK, false},
    {"GET http://localhost/metrics HTTP/1.0\r\n\r\n", BS_HTTP_OK, false},
    {"GET HTTP://localhost:10625/metrics?a HTTP/1.0\r\n\r\n", BS_HTTP_OK,
	false},
    {"GET http://localhost HTTP/1.0\r\n\r\n", BS_HTTP_OTHER_PATH, false},
    {"GET http:///metrics HTTP/1.0\r\n\r\n", BS_HTTP_OK, false},
    /* other paths, whatever the method */
    {"GET / HTTP/1.0\r\n\r\n", BS_HTTP_OTHER_PATH, false},
    {"GET /metrics/ HTTP/1.0\r\n\r\n", BS_HTTP_OTHER_PATH, false},
    {"GET /metricsx HTTP/1.0\r\n\r\n", BS_HTTP_OTHER_PATH, false},
    {"GET /Metrics HTTP/1.0\r\n\r\n", BS_HTTP_OTHER_PATH, false},
    {"GET metrics HTTP/1.0\r\n\r\n", BS_HTTP_OTHER_PATH, false},
    {"GET ?/metrics HTTP/1.0\r\n\r\n", BS_HTTP_OTHER_PATH, false},
    {"HEAD /../etc/passwd HTTP/1.0\r\n\r\n", BS_HTTP_OTHER_PATH, true},
    {"OPTIONS * HTTP/1.0\r\n\r\n", BS_HTTP_OTHER_PATH, false},
    /* other methods; a method is spelled in capitals */
    {"POST /metrics HTTP/1.0\r\nContent-Length: 3\r\n\r\na=b",
	BS_HTTP_OTHER_METHOD, false},
    {"get /metrics HTTP/1.0\r\n\r\n", BS_HTTP_OTHER_METHOD, false},
    {"GETS /metrics HTTP/1.0\r\n\r\n", BS_HTTP_OTHER_METHOD, false},
    /* one Host by 1.1, and at most one by 1.0 */
    {"GET /metrics HTTP/1.1\r\n\r\n", BS_HTTP_BAD, false},
    {"GET /metrics HTTP/1.9\r\n\r\n", BS_HTTP_BAD, false},
    {"GET /metrics HTTP/1.1\r\nhost:\r\n\r\n", BS_HTTP_OK, false},
    {"GET /metrics HTTP/1.1\r\n" HOST HOST "\r\n", BS_HTTP_BAD, false},
    {"GET /metrics HTTP/1.0\r\n" HOST HOST "\r\n", BS_HTTP_BAD, false},
    /* no request line */
    {"GET  /metrics HTTP/1.0\r\n", BS_HTTP_BAD, false},
    {"GET /metrics  HTTP/1.0\r\n", BS_HTTP_BAD, false},
    {"GET /metrics HTTP/1.0 \r\n", BS_HTTP_BAD, false},
    {"GET /metrics HTTP/2.0\r\n", BS_HTTP_BAD, false},
    {"GET /metrics HTTP/1.\r\n", BS_HTTP_BAD, false},
    {"GET /metrics HTTP/1.x\r\n", BS_HTTP_BAD, false},
    {"GET /metrics http/1.0\r\n", BS_HTTP_BAD, false},
    {"GET /metrics\r\n", BS_HTTP_BAD, false},
    {"GET\r\n", BS_HTTP_BAD, false},
    {"GET /met\trics HTTP/1.0\r\n", BS_HTTP_BAD, false},
    {"GET /metr\xc3\xa9 HTTP/1.0\r\n", BS_HTTP_BAD, false},
    {"GET /metrics\r HTTP/1.0\r\n", BS_HTTP_BAD, false},
    {"G(T /metrics HTTP/1.0\r\n", BS_HTTP_BAD, false},
    {"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", BS_HTTP_BAD, false},
    /* of TLS, of SMTP by a blank, and of a blank alone: at once */
    {"\x16\x03\x01", BS_HTTP_BAD, false},
    {" ", BS_HTTP_BAD, false},
    {"\r\n\x16", BS_HTTP_BAD, false},
    /* no field */
    {"GET /metrics HTTP/1.0\r\nHost\r\n", BS_HTTP_BAD, false},
    {"GET /metrics HTTP/1.0\r\nHost : a\r\n", BS_HTTP_BAD, false},
    {"GET /metrics HTTP/1.0\r\n: a\r\n", BS_HTTP_BAD, false},
    {"GET /metrics HTTP/1.0\r\nA: b\r\n c\r\n", BS_HTTP_BAD, false},
    {"GET /metrics HTTP/1.0\r\nA: b\rc: d\r\n", BS_HTTP_BAD, false},
    {"GET /metrics HTTP/1.0\r\nA: \x7f\r\n", BS_HTTP_BAD, false},
    {"GET /metrics HTTP/1.0\r\nA: \x1b[2J\r\n", BS_HTTP_BAD, false},
    /* what may still become one */
    {"", BS_HTTP_UNFINISHED, false},
    {"\r", BS_HTTP_UNFINISHED, false},
    {"\r\n", BS_HTTP_UNFINISHED, false},
    {"GET /metrics HTTP/1.0\r\n", BS_HTTP_UNFINISHED, false},
    {"GET /metrics HTTP/1.0\r\nHost: a", BS_HTTP_UNFINISHED, false},
    {"HEAD /metrics HTTP/1.0\r\n\r", BS_HTTP_UNFINISHED, true},
};

static void
reads_each(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(samples); i++) {
		bool is_head = !samples[i].is_head;
		enum bs_http_status status = bs_http_request_read(
		    samples[i].text, strlen(samples[i].text), &is_head);

		if (status != samples[i].status ||
		    is_head != samples[i].is_head)
			fail_msg("%d (HEAD %d) of: %s", status, is_head,
			    samples[i].text);
	}
}

/* What comes in pieces is unfinished until its last octet: no request is
 * answered before it is whole. */
static void
waits_for_the_last_octet(void **state)
{
	bool is_head;

	(void)state;
	for (size_t i = 0; i < COUNT(samples); i++) {
		size_t len = strlen(samples[i].text);
		enum bs_http_status status = BS_HTTP_UNFINISHED;
		size_t n = 0;

		while (status == BS_HTTP_UNFINISHED && n < len)
			status = bs_http_request_read(samples[i].text, ++n,
			    &is_head);
		assert_int_equal(status, samples[i].status);
		if (status == BS_HTTP_OK)
			assert_int_equal(samples[i].text[n - 1], '\n');
	}
}

/* A NUL is no end: text[at] of a good request becomes one. */
static void
refuses_nul(void **state)
{
	static const char good[] = "GET /metrics HTTP/1.0\r\nA: b\r\n\r\n";
	bool is_head;

	(void)state;
	for (size_t at = 0; good[at] != '\0'; at++) {
		char text[sizeof(good)];

		memcpy(text, good, sizeof(good));
		if (text[at] == '\n')
			continue; /* it joins two lines: no NUL in one */
		text[at] = '\0';
		assert_int_not_equal(
		    bs_http_request_read(text, sizeof(good) - 1, &is_head),
		    BS_HTTP_OK);
	}
}

/* One that ends within the limit is taken, a longer one never. */
static void
keeps_the_limit(void **state)
{
	static const char begin[] = "GET /metrics HTTP/1.0\r\nA: ";
	static char text[BS_HTTP_REQUEST_MAX + 2];
	size_t max = BS_HTTP_REQUEST_MAX;
	bool is_head;

	(void)state;
	for (size_t more = 0; more < 2; more++) {
		memset(text, 'a', sizeof(text));
		memcpy(text, begin, strlen(begin));
		memcpy(text + max + more - 4, "\r\n\r\n", 4);
		assert_int_equal(
		    bs_http_request_read(text, max + more, &is_head),
		    more == 0 ? BS_HTTP_OK : BS_HTTP_BAD);
	}
	memset(text, 'a', sizeof(text));
	assert_int_equal(bs_http_request_read(text, max - 1, &is_head),
	    BS_HTTP_UNFINISHED);
	assert_int_equal(bs_http_request_read(text, max, &is_head),
	    BS_HTTP_BAD);
}

static void
writes_heads(void **state)
{
	static const char date[] = "Sun, 06 Nov 1994 08:49:37 GMT";
	char head[BS_HTTP_HEAD_MAX];
	size_t len;

	(void)state;
	len = bs_http_answer_head(BS_HTTP_OK, 12345, date, head);
	assert_string_equal(head,
	    "HTTP/1.1 200 OK\r\n"
	    "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
	    "Content-Type: text/plain; version=0.0.4; charset=utf-8\r\n"
	    "Content-Length: 12345\r\n"
	    "Connection: close\r\n\r\n");
	assert_int_equal(len, strlen(head));
	(void)bs_http_answer_head(BS_HTTP_OTHER_METHOD, 0, date, head);
	/* RFC 9110, section 15.5.6 */
	assert_non_null(strstr(head, "405 Method Not Allowed\r\n"));
	assert_non_null(strstr(head, "\r\nAllow: GET, HEAD\r\n"));
	for (enum bs_http_status status = BS_HTTP_UNFINISHED;
	     status <= BS_HTTP_TROUBLE; status++) {
		const char *text = bs_http_answer_text(status);

		len = bs_http_answer_head(status, SIZE_MAX, date, head);
		assert_true(len < sizeof(head));
		assert_memory_equal(head + len - 4, "\r\n\r\n", 4);
		assert_true(
		    status == BS_HTTP_OK || text[strlen(text) - 1] == '\n');
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(reads_each),
	    cmocka_unit_test(waits_for_the_last_octet),
	    cmocka_unit_test(refuses_nul),
	    cmocka_unit_test(keeps_the_limit),
	    cmocka_unit_test(writes_heads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
