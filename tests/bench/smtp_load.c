/* Sends mail for some time over a few sessions, as fast as it is taken.
 *
 * usage: smtp_load PORT SESSIONS MILLISECONDS MAILS PREFIX
 *
 * To 127.0.0.1. MAILS is how many a sender sends before a new one does.
 * Prints how many messages were accepted, and in how many seconds. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

#define SESSIONS_MAX 4	/* smtpd's backlog is 5 */
#define MAILS_MAX 50	/* a session; smtpd ends it at 100 */
#define BODY_BYTES 4096 /* of a message, some */

/* What the next reply is to. */
enum step { GREETING, EHLO, MAIL, RCPT, DATA, BODY, QUIT };

struct session {
	int fd;
	enum step step;
	unsigned mails;
	size_t len;
	char in[4096];
};

static unsigned long port;
static unsigned long mails_a_sender;
static const char *prefix;
static char body[BODY_BYTES + 128];
static unsigned long started; /* mails */
static unsigned long accepted;

static _Noreturn void
fail(const char *what)
{
	fprintf(stderr, "smtp_load: %s\n", what);
	exit(EX_SOFTWARE);
}

static double
now_seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void
open_session(struct session *session)
{
	struct sockaddr_in address = {
	    .sin_family = AF_INET,
	    .sin_port = htons((uint16_t)port),
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	const int on = 1;

	memset(session, 0, sizeof(*session));
	session->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (session->fd == -1 ||
	    connect(session->fd, (struct sockaddr *)&address,
		sizeof(address)) != 0 ||
	    setsockopt(session->fd, IPPROTO_TCP, TCP_NODELAY, &on,
		sizeof(on)) != 0)
		fail("cannot connect");
}

static void
say(const struct session *session, const char *text, size_t len)
{
	while (len > 0) {
		ssize_t sent = send(session->fd, text, len, MSG_NOSIGNAL);

		if (sent <= 0)
			fail("cannot send");
		text += sent;
		len -= (size_t)sent;
	}
}

static void
begin_mail(struct session *session)
{
	char line[256];
	int len = snprintf(line, sizeof(line),
	    "MAIL FROM:<%.40s-%lu@example.org>\r\n", prefix,
	    started++ / mails_a_sender);

	say(session, line, (size_t)len);
	session->step = MAIL;
}

/* Answers a reply with the next command. Returns whether the session goes on.
 */
static bool
advance(struct session *session, bool go_on)
{
	static const char rcpt[] = "RCPT TO:<frank@sink.example>\r\n";

	switch (session->step) {
	case GREETING:
		say(session, "EHLO client.example\r\n", 21);
		session->step = EHLO;
		return true;
	case BODY:
		accepted++;
		session->mails++;
		/* fallthrough */
	case EHLO:
		if (go_on && session->mails < MAILS_MAX) {
			begin_mail(session);
			return true;
		}
		say(session, "QUIT\r\n", 6);
		session->step = QUIT;
		return true;
	case MAIL:
		say(session, rcpt, sizeof(rcpt) - 1);
		session->step = RCPT;
		return true;
	case RCPT:
		say(session, "DATA\r\n", 6);
		session->step = DATA;
		return true;
	case DATA:
		say(session, body, strlen(body));
		session->step = BODY;
		return true;
	case QUIT:
		break;
	}
	close(session->fd);
	session->fd = -1;
	if (go_on)
		open_session(session);
	return go_on;
}

/* Whether the last line of a reply is in; its code must be good. */
static bool
take_reply(struct session *session)
{
	char *line = session->in;
	char *end;

	while ((end = memchr(line, '\n',
		    session->len - (size_t)(line - session->in))) != NULL) {
		bool is_last = end - line > 3 && line[3] != '-';

		*end = '\0';
		if (line[0] != '2' && line[0] != '3')
			fail(line);
		line = end + 1;
		if (is_last) {
			session->len = 0; /* no pipelining: nothing follows */
			return true;
		}
	}
	return false;
}

/* Returns whether the session goes on. */
static bool
pump(struct session *session, bool go_on)
{
	ssize_t got = recv(session->fd, session->in + session->len,
	    sizeof(session->in) - session->len, 0);

	if (got <= 0)
		fail("smtpd closed the connection");
	session->len += (size_t)got;
	return !take_reply(session) || advance(session, go_on);
}

/* A few header fields, and lines of text. */
static void
make_body(void)
{
	size_t at = (size_t)snprintf(body, sizeof(body),
	    "From: <load@example.org>\r\nTo: <frank@sink.example>\r\n"
	    "Subject: load\r\n\r\n");

	while (at < BODY_BYTES)
		at += (size_t)snprintf(body + at, sizeof(body) - at,
		    "The quick brown fox jumps over the lazy dog, again.\r\n");
	snprintf(body + at, sizeof(body) - at, ".\r\n");
}

int
main(int argc, char *argv[])
{
	struct session sessions[SESSIONS_MAX];
	struct pollfd polls[SESSIONS_MAX];
	unsigned long count;
	unsigned long open;
	double start;
	double end;

	if (argc != 6)
		fail("usage: PORT SESSIONS MILLISECONDS MAILS PREFIX");
	port = strtoul(argv[1], NULL, 10);
	count = strtoul(argv[2], NULL, 10);
	mails_a_sender = strtoul(argv[4], NULL, 10);
	prefix = argv[5];
	if (port == 0 || port > 65535 || count == 0 || count > SESSIONS_MAX ||
	    mails_a_sender == 0)
		fail("a port, 1 to 4 sessions, 1 mail or more");
	make_body();
	for (unsigned long i = 0; i < count; i++)
		open_session(&sessions[i]);
	start = now_seconds();
	end = start + strtod(argv[3], NULL) / 1e3;
	for (open = count; open > 0;) {
		for (unsigned long i = 0; i < count; i++)
			polls[i] = (struct pollfd){.fd = sessions[i].fd,
			    .events = POLLIN};
		if (poll(polls, count, 60000) <= 0)
			fail("no reply");
		for (unsigned long i = 0; i < count; i++)
			if (polls[i].revents != 0 &&
			    !pump(&sessions[i], now_seconds() < end))
				open--;
	}
	printf("%lu %.6f\n", accepted, now_seconds() - start);
	return EXIT_SUCCESS;
}
