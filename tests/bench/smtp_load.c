/* Sends mail over a few sessions, as fast as it is taken.
 *
 * usage: smtp_load [-n PER_SESSION] PORT SESSIONS MILLISECONDS MAILS PREFIX
 *        smtp_load [-n PER_SESSION] -b FOLDER ADDRESS PORT SESSIONS COUNT
 *                  RECIPIENT...
 *
 * The first to 127.0.0.1 for some time; MAILS is how many a sender sends
 * before a new one does. The second sends COUNT bounces, the files of the
 * folder in turn, which are as DATA takes them, to the recipients in turn, and
 * bears refusals. Prints how many were accepted, how many refused, and in how
 * many seconds, until the last of these replies. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <limits.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

#include "tests/bench/bench.h"

#define SESSIONS_MAX 64
#define MAILS_MAX 50	/* a session; smtpd ends it at 100 */
#define BODY_BYTES 4096 /* of a message, some */
#define BODIES_MAX 2000
#define REFUSED_MAX 40 /* a session; smtpd ends it at 50 */

/* What the next reply is to. */
enum step { GREETING, EHLO, MAIL, RCPT, DATA, BODY, RESET, QUIT };

struct session {
	int fd;
	enum step step;
	unsigned mails;
	unsigned long number; /* of the mail, among all */
	size_t len;
	char in[4096];
};

static struct in_addr server;
static unsigned long port;
static unsigned long mails_a_sender;
static const char *prefix; /* NULL: the null reverse-path */
static const char *sink = "frank@sink.example";
static const char *const *recipients = &sink;
static size_t recipient_count = 1;
static unsigned long mails_a_session;
static struct bench_file bodies[BODIES_MAX];
static size_t body_count;
static unsigned long started; /* mails */
static unsigned long count_max = ULONG_MAX;
static unsigned long accepted;
static unsigned long refused;
static double last_reply; /* monotonic seconds */

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
	    .sin_addr = server,
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
	char line[256] = "MAIL FROM:<>\r\n";

	if (prefix != NULL)
		snprintf(line, sizeof(line),
		    "MAIL FROM:<%.40s-%lu@example.org>\r\n", prefix,
		    started / mails_a_sender);
	session->number = started++;
	say(session, line, strlen(line));
	session->step = MAIL;
}

static void
say_recipient(struct session *session)
{
	char line[256];

	snprintf(line, sizeof(line), "RCPT TO:<%.200s>\r\n",
	    recipients[session->number % recipient_count]);
	say(session, line, strlen(line));
	session->step = RCPT;
}

/* The reply to a whole mail is in: the next one, or the end. */
static void
go_on_or_quit(struct session *session, bool go_on)
{
	if (go_on && started < count_max && session->mails < mails_a_session) {
		begin_mail(session);
		return;
	}
	say(session, "QUIT\r\n", 6);
	session->step = QUIT;
}

/* Answers a reply with the next command. Returns whether the session goes on.
 */
static bool
advance(struct session *session, bool go_on)
{
	const struct bench_file *body = &bodies[session->number % body_count];

	switch (session->step) {
	case GREETING:
		say(session, "EHLO client.example\r\n", 21);
		session->step = EHLO;
		return true;
	case BODY:
		accepted++;
		session->mails++;
		last_reply = now_seconds();
		/* fallthrough */
	case RESET:
	case EHLO:
		go_on_or_quit(session, go_on);
		return true;
	case MAIL:
		say_recipient(session);
		return true;
	case RCPT:
		say(session, "DATA\r\n", 6);
		session->step = DATA;
		return true;
	case DATA:
		say(session, body->octets, body->len);
		session->step = BODY;
		return true;
	case QUIT:
		break;
	}
	close(session->fd);
	session->fd = -1;
	go_on = go_on && started < count_max;
	if (go_on)
		open_session(session);
	return go_on;
}

/* A mail is refused, which only bounces may be. */
static void
bear_refusal(struct session *session, bool go_on)
{
	refused++;
	session->mails++;
	last_reply = now_seconds();
	if (session->step == BODY) {
		go_on_or_quit(session, go_on);
		return;
	}
	say(session, "RSET\r\n", 6);
	session->step = RESET;
}

/* Whether the last line of a reply is in; its code must be good, or *bad says
 * that it is one of those that a bounce may get. */
static bool
take_reply(struct session *session, bool *bad)
{
	char *line = session->in;
	char *end;

	while ((end = memchr(line, '\n',
		    session->len - (size_t)(line - session->in))) != NULL) {
		bool is_last = end - line > 3 && line[3] != '-';

		*end = '\0';
		*bad = line[0] != '2' && line[0] != '3';
		if (*bad &&
		    (prefix != NULL || line[0] != '5' ||
			(session->step != RCPT && session->step != BODY)))
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

	bool bad = false;

	if (got <= 0)
		fail("smtpd closed the connection");
	session->len += (size_t)got;
	if (!take_reply(session, &bad))
		return true;
	if (!bad)
		return advance(session, go_on);
	bear_refusal(session, go_on);
	return true;
}

/* A few header fields, and lines of text. */
static void
make_body(void)
{
	static char body[BODY_BYTES + 128];
	size_t at = (size_t)snprintf(body, sizeof(body),
	    "From: <load@example.org>\r\nTo: <frank@sink.example>\r\n"
	    "Subject: load\r\n\r\n");

	while (at < BODY_BYTES)
		at += (size_t)snprintf(body + at, sizeof(body) - at,
		    "The quick brown fox jumps over the lazy dog, again.\r\n");
	at += (size_t)snprintf(body + at, sizeof(body) - at, ".\r\n");
	bodies[body_count++] = (struct bench_file){.octets = body, .len = at};
}

/* Each with the line that ends it. */
static void
read_bodies(const char *path)
{
	static const char end[] = ".\r\n";

	body_count = bench_read_folder(path, bodies, BODIES_MAX);
	if (body_count == 0)
		fail("no bounces");
	for (size_t i = 0; i < body_count; i++) {
		struct bench_file *body = &bodies[i];

		body->octets = realloc(body->octets, body->len + sizeof(end));
		if (body->octets == NULL)
			fail("no memory");
		memcpy(body->octets + body->len, end, sizeof(end));
		body->len += sizeof(end) - 1;
	}
}

/* Sends over that many sessions until the time or the count is reached. */
static void
run(unsigned long count, double end)
{
	struct session sessions[SESSIONS_MAX];
	struct pollfd polls[SESSIONS_MAX];
	unsigned long open = count;

	for (unsigned long i = 0; i < count; i++)
		open_session(&sessions[i]);
	while (open > 0) {
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
}

/* The rest of a command line: mail that leaves. Returns for how long. */
static double
take_leaving(char *argv[])
{
	make_body();
	inet_aton("127.0.0.1", &server);
	mails_a_sender = strtoul(argv[3], NULL, 10);
	prefix = argv[4];
	return strtod(argv[2], NULL) / 1e3;
}

/* The same: bounces. */
static double
take_bounces(const char *folder, int argc, char *argv[])
{
	read_bodies(folder);
	inet_aton(argv[0], &server);
	count_max = strtoul(argv[3], NULL, 10);
	recipients = (const char *const *)argv + 4;
	recipient_count = (size_t)argc - 4;
	return 3600;
}

int
main(int argc, char *argv[])
{
	const char *folder = NULL;
	unsigned long count;
	double seconds;
	double start;
	int option;

	while ((option = getopt(argc, argv, "b:n:")) != -1)
		if (option == 'b')
			folder = optarg;
		else if (option == 'n')
			mails_a_session = strtoul(optarg, NULL, 10);
		else
			return EX_USAGE;
	argc -= optind;
	argv += optind;
	if (folder == NULL ? argc != 5 : argc < 5)
		fail("see its source for the usage");
	if (mails_a_session == 0)
		mails_a_session = folder == NULL ? MAILS_MAX : REFUSED_MAX;
	port = strtoul(argv[folder == NULL ? 0 : 1], NULL, 10);
	count = strtoul(argv[folder == NULL ? 1 : 2], NULL, 10);
	seconds = folder == NULL ? take_leaving(argv)
				 : take_bounces(folder, argc, argv);
	if (port == 0 || port > 65535 || count == 0 || count > SESSIONS_MAX ||
	    (folder == NULL && mails_a_sender == 0))
		fail("a port, 1 to 64 sessions, 1 mail or more");
	last_reply = start = now_seconds();
	run(count, start + seconds);
	printf("%lu %lu %.6f\n", accepted, refused, last_reply - start);
	return EXIT_SUCCESS;
}
