/* A request by HTTP/1.0 or 1.1 (RFC 9112), as a scraper sends it. */
#include <string.h>

#include "common/base/ascii.h"
#include "common/cli/metrics/http_request.h"

#define PATH "/metrics"

/* What was found in the lines so far. */
struct request {
	enum bs_http_status status;
	bool is_head;
	bool is_1_1;
	unsigned hosts;
};

/* A view of octets. */
struct span {
	const char *at;
	size_t len;
};

static bool
is(struct span span, const char *word)
{
	return span.len == strlen(word) && memcmp(span.at, word, span.len) == 0;
}

/* RFC 9110, section 5.6.2. */
static bool
is_token_octet(char c)
{
	return bs_ascii_is_digit(c) || bs_ascii_is_alpha(c) ||
	       (c != '\0' && strchr("!#$%&'*+-.^_`|~", c) != NULL);
}

static bool
is_token(struct span span)
{
	for (size_t i = 0; i < span.len; i++)
		if (!is_token_octet(span.at[i]))
			return false;
	return span.len > 0;
}

/* Cuts off what stands before the first c; returns whether there is one. */
static bool
cut(struct span *rest, char c, struct span *out)
{
	const char *found = memchr(rest->at, c, rest->len);

	if (found == NULL)
		return false;
	*out = (struct span){rest->at, (size_t)(found - rest->at)};
	rest->at = found + 1;
	rest->len -= out->len + 1;
	return true;
}

/* The path of a target: "/metrics" of "http://host/metrics?name=value". A
 * server takes that form, too (RFC 9112, section 3.2.2). */
static struct span
path_of(struct span target)
{
	static const char scheme[] = "http://";
	struct span before = target;
	size_t len = strlen(scheme);

	if (target.len > len && bs_ascii_same(target.at, scheme, len)) {
		target.at += len;
		target.len -= len;
		if (!cut(&target, '/', &before))
			return (struct span){NULL, 0};
		target.at--;
		target.len++;
	}
	before = target;
	return cut(&target, '?', &before) ? before : target;
}

static bool
is_target(struct span target)
{
	for (size_t i = 0; i < target.len; i++)
		if (target.at[i] <= ' ' || target.at[i] > '~')
			return false;
	return target.len > 0;
}

/* Section 3: a method, a target, a version, one space between them. */
static bool
read_request_line(struct span line, struct request *out)
{
	struct span method;
	struct span target;

	if (!cut(&line, ' ', &method) || !is_token(method) ||
	    !cut(&line, ' ', &target) || !is_target(target) ||
	    line.len != strlen("HTTP/1.1") ||
	    memcmp(line.at, "HTTP/1.", strlen("HTTP/1.")) != 0 ||
	    !bs_ascii_is_digit(line.at[line.len - 1]))
		return false;
	out->is_1_1 = line.at[line.len - 1] != '0';
	out->is_head = is(method, "HEAD");
	if (!is(path_of(target), PATH))
		out->status = BS_HTTP_OTHER_PATH;
	else if (!out->is_head && !is(method, "GET"))
		out->status = BS_HTTP_OTHER_METHOD;
	else
		out->status = BS_HTTP_OK;
	return true;
}

/* Section 5: a name, a colon, a value. A folded line begins with no name, and
 * is refused. */
static bool
read_field(struct span line, struct request *out)
{
	struct span name;

	if (!cut(&line, ':', &name) || !is_token(name))
		return false;
	for (size_t i = 0; i < line.len; i++)
		if (((unsigned char)line.at[i] < ' ' && line.at[i] != '\t') ||
		    line.at[i] == '\x7f')
			return false;
	if (name.len == strlen("Host") &&
	    bs_ascii_same(name.at, "Host", name.len))
		out->hosts++;
	return true;
}

/* Section 3.2: a request by 1.1 has one Host, no request has two. */
static enum bs_http_status
finish(const struct request *request)
{
	if (request->hosts > 1 || (request->is_1_1 && request->hosts == 0))
		return BS_HTTP_BAD;
	return request->status;
}

/* What ends later than the limit will never be whole. What begins with no
 * method is another protocol, such as TLS, and may never end a line. */
static enum bs_http_status
judge_rest(struct span rest, size_t len, const struct request *request)
{
	if (len >= BS_HTTP_REQUEST_MAX)
		return BS_HTTP_BAD;
	if (request->status == BS_HTTP_UNFINISHED && rest.len > 0 &&
	    !is_token_octet(rest.at[0]) && !is(rest, "\r"))
		return BS_HTTP_BAD;
	return BS_HTTP_UNFINISHED;
}

/* Takes a line without its end. Returns whether the request goes on. */
static bool
take_line(struct span line, bool is_first, struct request *request)
{
	if (request->status != BS_HTTP_UNFINISHED) {
		if (line.len == 0)
			request->status = finish(request);
		else if (!read_field(line, request))
			request->status = BS_HTTP_BAD;
		else
			return true;
		return false;
	}
	/* section 2.2: an empty line in front of it is nothing */
	if ((is_first && line.len == 0) || read_request_line(line, request))
		return true;
	request->status = BS_HTTP_BAD;
	return false;
}

enum bs_http_status
bs_http_request_read(const char *octets, size_t len, bool *is_head)
{
	size_t within = len < BS_HTTP_REQUEST_MAX ? len : BS_HTTP_REQUEST_MAX;
	struct request request = {.status = BS_HTTP_UNFINISHED};
	struct span rest = {octets, within};
	struct span line;
	bool goes_on = true;

	while (goes_on && cut(&rest, '\n', &line)) {
		bool is_first = line.at == octets;

		/* section 2.2: a newline alone ends a line, too */
		if (line.len > 0 && line.at[line.len - 1] == '\r')
			line.len--;
		goes_on = take_line(line, is_first, &request);
	}
	*is_head = request.is_head;
	return goes_on ? judge_rest(rest, within, &request) : request.status;
}
