/* One question to a mail server by SMTP: would it take this recipient? */
#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/cli/doctor/smtp_ask.h"
#include "common/base/monotonic.h"
#include "common/base/ascii.h"

/* For all of it. */
#define PATIENCE_MS 15000

/* How many octets of replies are read; more is not an answer. */
#define REPLIES_MAX 16384

struct talk {
	int fd;
	int64_t until_ms;
	size_t read; /* in all */
	char line[512];
};

/* Returns 0, -ETIMEDOUT or -errno. */
static int
wait_for(const struct talk *talk, short events)
{
	for (;;) {
		struct pollfd pollfd = {.fd = talk->fd, .events = events};
		int64_t left_ms = talk->until_ms - bs_monotonic_ms();
		int n;

		if (left_ms <= 0)
			return -ETIMEDOUT;
		if ((n = poll(&pollfd, 1, (int)left_ms)) > 0)
			return 0;
		if (n < 0 && errno != EINTR)
			return -errno;
	}
}

static int
dial(struct talk *talk, const struct sockaddr_storage *address)
{
	socklen_t len = address->ss_family == AF_INET6
			    ? sizeof(struct sockaddr_in6)
			    : sizeof(struct sockaddr_in);
	int error = 0;
	int rc;

	talk->until_ms = bs_monotonic_ms() + PATIENCE_MS;
	talk->fd = socket(address->ss_family,
	    SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (talk->fd < 0)
		return -errno;
	if (connect(talk->fd, (const struct sockaddr *)address, len) == 0)
		return 0;
	if (errno != EINPROGRESS)
		return -errno;
	if ((rc = wait_for(talk, POLLOUT)) != 0)
		return rc;
	len = sizeof(error);
	if (getsockopt(talk->fd, SOL_SOCKET, SO_ERROR, &error, &len) != 0)
		return -errno;
	return -error;
}

static int
say(const struct talk *talk, const char *command, const char *argument)
{
	char line[BS_ADDRESS_MAX + 64];
	int len = snprintf(line, sizeof(line), "%s%s\r\n", command, argument);
	size_t at = 0;
	int rc;

	if (len < 0 || (size_t)len >= sizeof(line))
		return -EMSGSIZE;
	while (at < (size_t)len) {
		ssize_t n =
		    send(talk->fd, line + at, (size_t)len - at, MSG_NOSIGNAL);

		if (n >= 0)
			at += (size_t)n;
		else if (errno != EAGAIN && errno != EINTR)
			return -errno;
		else if ((rc = wait_for(talk, POLLOUT)) != 0)
			return rc;
	}
	return 0;
}

/* One line, octet by octet: a conversation is short. */
static int
hear_line(struct talk *talk)
{
	size_t len = 0;
	char c;
	int rc;

	for (;;) {
		ssize_t n = recv(talk->fd, &c, 1, 0);

		if (n == 0)
			return -ECONNRESET;
		if (n < 0 && errno != EAGAIN && errno != EINTR)
			return -errno;
		if (n < 0) {
			if ((rc = wait_for(talk, POLLIN)) != 0)
				return rc;
			continue;
		}
		if (++talk->read > REPLIES_MAX)
			return -EPROTO;
		if (c == '\n')
			break;
		if (c != '\r' && c != '\0' && len + 1 < sizeof(talk->line))
			talk->line[len++] = c;
	}
	talk->line[len] = '\0';
	return 0;
}

/* A reply of one line or several. Returns its code, or -errno. */
static int
hear(struct talk *talk)
{
	const char *line = talk->line;
	int rc;

	do {
		if ((rc = hear_line(talk)) != 0)
			return rc;
		if (strlen(line) < 3 || !bs_ascii_is_digit(line[0]) ||
		    !bs_ascii_is_digit(line[1]) || !bs_ascii_is_digit(line[2]))
			return -EPROTO;
	} while (line[3] == '-');
	return (line[0] - '0') * 100 + (line[1] - '0') * 10 + line[2] - '0';
}

/* Says a command that is to be answered by 2xx. Returns 0 or -errno. */
static int
pass(struct talk *talk, const char *command, const char *argument)
{
	int rc = 0;

	if (command != NULL)
		rc = say(talk, command, argument);
	if (rc == 0)
		rc = hear(talk);
	if (rc < 0)
		return rc;
	return rc / 100 == 2 ? 0 : -EPROTO;
}

static int
ask(struct talk *talk, const char *recipient, int *code)
{
	char argument[BS_ADDRESS_MAX + 2];
	int rc;

	snprintf(argument, sizeof(argument), "<%s>", recipient);
	if ((rc = say(talk, "RCPT TO:", argument)) != 0)
		return rc;
	if ((rc = hear(talk)) < 0)
		return rc;
	*code = rc;
	return 0;
}

static int
converse(struct talk *talk, const char *const recipients[static 2],
    struct bs_smtp_asked *out)
{
	char name[BS_HOST_MAX] = "localhost";
	int rc;

	if (gethostname(name, sizeof(name) - 1) != 0 || name[0] == '\0')
		snprintf(name, sizeof(name), "localhost");
	if ((rc = pass(talk, NULL, NULL)) != 0 ||
	    (rc = pass(talk, "EHLO ", name)) != 0 ||
	    (rc = pass(talk, "MAIL FROM:<>", "")) != 0 ||
	    (rc = ask(talk, recipients[0], &out->codes[0])) != 0)
		return rc;
	snprintf(out->reply, sizeof(out->reply), "%.255s", talk->line);
	if (out->codes[0] / 100 == 5)
		rc = ask(talk, recipients[1], &out->codes[1]);
	return rc;
}

int
bs_smtp_ask(const struct sockaddr_storage *address,
    const char *const recipients[static 2], struct bs_smtp_asked *out)
{
	struct talk talk = {.fd = -1};
	int rc;

	memset(out, 0, sizeof(*out));
	if ((rc = dial(&talk, address)) == 0)
		rc = converse(&talk, recipients, out);
	if (talk.fd >= 0) {
		if (rc == 0 || rc == -EPROTO)
			(void)say(&talk, "QUIT", "");
		close(talk.fd);
	}
	if (rc != 0)
		snprintf(out->reply, sizeof(out->reply), "%.255s",
		    rc == -EPROTO && talk.line[0] != '\0' ? talk.line
							  : strerror(-rc));
	return rc;
}
