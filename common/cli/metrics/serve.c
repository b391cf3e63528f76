/* backstop metrics --http: one request by HTTP, and its answer. It listens at
 * nothing: systemd takes the connection and hands it over as standard input and
 * output. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "common/base/monotonic.h"
#include "common/cli/metrics/http_answer.h"
#include "common/cli/metrics/http_request.h"
#include "common/cli/metrics/serve.h"

/* After the answer: how long the other side may take to hang up. */
#define FAREWELL_MS 1000

/* Where poll() says that there is room, so much goes without waiting. */
#define PIECE 4096

/* Whether there is something to do before the deadline. */
static bool
wait_for(int fd, short events, int64_t deadline_ms)
{
	struct pollfd pollfd = {.fd = fd, .events = events};
	int64_t left;

	while ((left = deadline_ms - bs_monotonic_ms()) > 0) {
		int rc = poll(&pollfd, 1, (int)left);

		if (rc > 0)
			return true;
		if (rc < 0 && errno != EINTR)
			return false;
	}
	return false;
}

/* Octets that came; 0 at the end of input and where none come. */
static size_t
read_some(int fd, char *out, size_t size, int64_t deadline_ms)
{
	ssize_t n;

	while (wait_for(fd, POLLIN, deadline_ms)) {
		n = read(fd, out, size);
		if (n >= 0)
			return (size_t)n;
		if (errno != EINTR && errno != EAGAIN)
			return 0;
	}
	return 0;
}

/* What came of a connection. */
struct coming {
	enum bs_http_status status;
	bool is_head;
	size_t len;
};

static void
read_request(int fd, struct coming *out)
{
	char octets[BS_HTTP_REQUEST_MAX];
	int64_t deadline_ms = bs_monotonic_ms() + BS_SERVE_REQUEST_MS;
	size_t n;

	*out = (struct coming){.status = BS_HTTP_UNFINISHED};
	while (out->status == BS_HTTP_UNFINISHED &&
	       (n = read_some(fd, octets + out->len, sizeof(octets) - out->len,
		    deadline_ms)) > 0) {
		out->len += n;
		out->status =
		    bs_http_request_read(octets, out->len, &out->is_head);
	}
}

/* Returns whether all of it went out. */
static bool
write_all(int fd, const char *text, size_t len, int64_t deadline_ms)
{
	ssize_t n;

	while (len > 0 && wait_for(fd, POLLOUT, deadline_ms)) {
		n = write(fd, text, len < PIECE ? len : PIECE);
		if (n > 0) {
			text += n;
			len -= (size_t)n;
		} else if (n < 0 && errno != EINTR && errno != EAGAIN) {
			return false;
		}
	}
	return len == 0;
}

/* What lies unread when a connection is closed would end it by a reset, which
 * takes the answer away from who has not read it yet. */
static void
part(const struct bs_serve *serve)
{
	int64_t deadline_ms = bs_monotonic_ms() + FAREWELL_MS;
	char unread[PIECE];

	if (shutdown(serve->out, SHUT_WR) != 0)
		return;
	while (read_some(serve->in, unread, sizeof(unread), deadline_ms) > 0)
		;
}

#define DATE_TEXT 64

/* The time by RFC 9110, section 5.6.7, whatever the locale says. */
static void
write_date(char out[static DATE_TEXT])
{
	static const char days[][4] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri",
	    "Sat"};
	static const char months[][4] = {"Jan", "Feb", "Mar", "Apr", "May",
	    "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
	time_t now = time(NULL);
	struct tm utc = {0};

	(void)gmtime_r(&now, &utc);
	snprintf(out, DATE_TEXT, "%s, %02d %s %04d %02d:%02d:%02d GMT",
	    days[utc.tm_wday], utc.tm_mday, months[utc.tm_mon],
	    utc.tm_year + 1900, utc.tm_hour, utc.tm_min, utc.tm_sec);
}

static void
answer(const struct bs_serve *serve, const struct coming *coming,
    const char *body)
{
	int64_t deadline_ms = bs_monotonic_ms() + BS_SERVE_ANSWER_MS;
	size_t body_len = strlen(body);
	char head[BS_HTTP_HEAD_MAX];
	char date[DATE_TEXT];
	size_t len;

	write_date(date);
	len = bs_http_answer_head(coming->status, body_len, date, head);
	if (write_all(serve->out, head, len, deadline_ms) &&
	    (coming->is_head ||
		write_all(serve->out, body, body_len, deadline_ms)))
		part(serve);
}

int
bs_serve_one(const struct bs_serve *serve)
{
	struct coming coming;
	char *metrics = NULL;
	int rc = 0;

	/* whoever asked may go away */
	(void)signal(SIGPIPE, SIG_IGN);
	read_request(serve->in, &coming);
	if (coming.len == 0) /* somebody only looked whether the port is open */
		return 0;
	if (coming.status == BS_HTTP_OK)
		rc = serve->collect(serve->context, &metrics);
	if (rc != 0)
		coming.status = BS_HTTP_TROUBLE;
	answer(serve, &coming,
	    metrics != NULL ? metrics : bs_http_answer_text(coming.status));
	free(metrics);
	return rc;
}
