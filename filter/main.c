/* filter-backstop(8): options, powers and the loop. */
#ifdef __linux__
#include <sys/prctl.h>
#endif
#include <sys/resource.h>

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "common/base/descriptors.h"
#include "common/base/monotonic.h"
#include "filter/dispatch.h"
#include "filter/hello.h"
#include "filter/message.h"
#include "filter/pipe.h"
#include "filter/verbose.h"

#define DEADLINE_MAX_MS 60000U

static const char usage_text[] =
    "usage: filter-backstop -m in|out|local|untag [-d folder]\n"
    "                       [-i auto|yes|no] [-s socket] [-t ms] [-T ms] "
    "[-v]\n"
    "       filter-backstop -h | --help | --version\n";

static const char help_text[] =
    "\n"
    "  -m mode    what the listener is for: in (mail from outside), out\n"
    "             (mail that leaves), local (the socket), untag (the socket\n"
    "             before a signing hop)\n"
    "  -d folder  in which filters keep what the engine was not told;\n"
    "             " BS_FILTER_STATE_PATH "\n"
    "  -i when    to read messages: auto (from OpenSMTPD 7.4 on), yes, no\n"
    "  -s socket  of the engine; " BS_SOCKET_PATH "\n"
    "  -t ms      to wait for an answer before mail passes; 500\n"
    "  -T ms      to wait for SPF; 25000, 0 is not to ask\n"
    "  -v         log each question to the engine, and each answer\n"
    "  -h, --help\n"
    "  --version\n";

struct options {
	enum bs_listener mode;
	bool has_mode;
	enum bs_inspect inspect;
	const char *socket;
	const char *folder;
	unsigned deadline_ms;
	unsigned spf_deadline_ms;
	bool verbose;
};

/* Before "ready" smtpd has not begun, and a clear end is best. */
static _Noreturn void
bad_usage(const char *what, const char *value)
{
	fprintf(stderr,
	    "filter-backstop: %s%s; for its usage type: filter-backstop "
	    "--help\n",
	    what, value);
	exit(EX_USAGE);
}

static unsigned
parse_deadline(char option, const char *text, unsigned min)
{
	char what[64];
	char *end;
	unsigned long value;

	errno = 0;
	value = strtoul(text, &end, 10);
	if (errno != 0 || *text < '0' || *text > '9' || *end != '\0' ||
	    value < min || value > DEADLINE_MAX_MS) {
		snprintf(what, sizeof(what),
		    "-%c wants milliseconds, %u to %u, not ", option, min,
		    DEADLINE_MAX_MS);
		bad_usage(what, text);
	}
	return (unsigned)value;
}

static enum bs_inspect
parse_inspect(const char *text)
{
	static const char *const names[] = {
	    [BS_INSPECT_AUTO] = "auto",
	    [BS_INSPECT_YES] = "yes",
	    [BS_INSPECT_NO] = "no",
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(text, names[i]) == 0)
			return (enum bs_inspect)i;
	bad_usage("-i wants auto, yes or no, not ", text);
}

static void
parse_option(int option, struct options *options)
{
	switch (option) {
	case 'm':
		if (bs_listener_parse(optarg, &options->mode) != 0)
			bad_usage("no such mode: ", optarg);
		options->has_mode = true;
		return;
	case 'i':
		options->inspect = parse_inspect(optarg);
		return;
	case 's':
		options->socket = optarg;
		return;
	case 'd':
		options->folder = optarg;
		return;
	case 't':
		options->deadline_ms = parse_deadline('t', optarg, 1);
		return;
	case 'T':
		options->spf_deadline_ms = parse_deadline('T', optarg, 0);
		return;
	case 'v':
		options->verbose = true;
		return;
	case 'h':
		printf("%s%s", usage_text, help_text);
		exit(EX_OK);
	case 'V':
		printf("filter-backstop %s\n", BS_VERSION);
		exit(EX_OK);
	default:
		return;
	}
}

static void
parse_options(int argc, char *argv[], struct options *options)
{
	static const struct option longs[] = {
	    {"help", no_argument, NULL, 'h'},
	    {"version", no_argument, NULL, 'V'},
	    {NULL, 0, NULL, 0},
	};
	int option;

	opterr = 0;
	while ((option = getopt_long(argc, argv, "d:hi:m:s:t:T:v", longs,
		    NULL)) != -1) {
		if (option == '?')
			bad_usage("no such option, or its value is missing: ",
			    argv[optind - 1]);
		parse_option(option, options);
	}
	if (optind < argc)
		bad_usage("what is this for: ", argv[optind]);
	if (!options->has_mode)
		bad_usage("-m is missing", "");
}

/* smtpd ends when one of its filters does, so nothing but the end of our
 * input ends us: signals that go to the whole group of smtpd's processes, as
 * a service manager or a terminal sends them, reach smtpd as well, and it
 * closes our input. A reload sends SIGHUP, for which there is nothing to do:
 * the engine has the configuration. SIGUSR1 is bs_verbose_begin()'s. */
static void
ignore_signals(void)
{
	static const int signals[] = {SIGHUP, SIGINT, SIGTERM, SIGPIPE, SIGQUIT,
	    SIGUSR2, SIGALRM, SIGTSTP, SIGTTIN, SIGTTOU};
	struct sigaction action = {.sa_handler = SIG_IGN};

	sigemptyset(&action.sa_mask);
	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		(void)sigaction(signals[i], &action, NULL);
}

static void
drop_powers(void)
{
	struct rlimit none = {0, 0};

	/* a core would hold other people's mail addresses */
	(void)setrlimit(RLIMIT_CORE, &none);
#ifdef __linux__
	(void)prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
#endif
#ifdef __OpenBSD__
	if (pledge("stdio unix rpath wpath cpath flock", NULL) == -1)
		exit(EX_OSERR);
#endif
}

/* A terminal is left alone: it belongs to the shell too. */
static void
set_nonblocking(int fd)
{
	int flags = fcntl(fd, F_GETFL);

	if (flags != -1 && !isatty(fd))
		(void)fcntl(fd, F_SETFL, flags | O_NONBLOCK);
}

/* How long to wait at most. */
static int
timeout_ms(struct bs_filter *filter)
{
	int client;
	int hello;

	filter->now_ms = bs_monotonic_ms();
	client = bs_client_timeout_ms(&filter->client, filter->now_ms);
	hello = bs_hello_timeout_ms(filter);
	if (client < 0 || (hello >= 0 && hello < client))
		return hello;
	return client;
}

/* One turn. Returns whether smtpd is still there. */
static bool
turn(struct bs_filter *filter, struct bs_pipe *lines)
{
	bool reads = !bs_out_is_high(&filter->out);
	struct pollfd polls[] = {
	    {.fd = reads ? STDIN_FILENO : -1, .events = POLLIN},
	    {.fd = filter->out.len > 0 ? STDOUT_FILENO : -1, .events = POLLOUT},
	    {.fd = bs_client_fd(&filter->client),
		.events = bs_client_events(&filter->client)},
	};
	struct bs_text line;
	bool ended = false;

	if (poll(polls, 3, timeout_ms(filter)) < 0)
		polls[0].revents = polls[1].revents = polls[2].revents = 0;
	filter->now_ms = bs_monotonic_ms();
	bs_verbose_turn(filter);
	if (polls[0].revents != 0) {
		ended = bs_pipe_read(lines, STDIN_FILENO) == BS_PIPE_END;
		while (bs_pipe_next(lines, &line))
			bs_dispatch_line(filter, line);
	}
	bs_client_pump(&filter->client, polls[2].revents, filter->now_ms);
	bs_hello_turn(filter);
	do {
		bs_message_drain(filter);
		bs_out_flush(&filter->out);
	} while (filter->waiting != NULL && filter->out.len == 0 &&
		 !filter->out.dead);
	return !ended;
}

int
main(int argc, char *argv[])
{
	static struct bs_filter filter;
	static struct bs_pipe lines;
	struct options options = {
	    .socket = BS_SOCKET_PATH,
	    .folder = BS_FILTER_STATE_PATH,
	    .deadline_ms = BS_FILTER_DEADLINE_MS,
	    .spf_deadline_ms = BS_FILTER_SPF_DEADLINE_MS,
	};

	bs_descriptors_hold_standard();
	parse_options(argc, argv, &options);
	filter.mode = options.mode;
	filter.inspect = options.inspect;
	filter.deadline_ms = options.deadline_ms;
	filter.spf_deadline_ms = options.spf_deadline_ms;
	if (bs_client_init(&filter.client, options.socket) != 0)
		bad_usage("a socket's path is shorter than: ", options.socket);
	ignore_signals();
	drop_powers();
	filter.verbose = options.verbose;
	bs_verbose_begin(&filter);
	bs_out_init(&filter.out, STDOUT_FILENO);
	/* standard error may be shared: common/base/log_out.c sets no flag */
	set_nonblocking(STDIN_FILENO);
	set_nonblocking(STDOUT_FILENO);

	bs_hello_begin(&filter, options.folder);
	while (turn(&filter, &lines))
		continue;
	bs_hello_end(&filter);
	bs_dispatch_close(&filter);
	bs_client_close(&filter.client);
	return EX_OK;
}
