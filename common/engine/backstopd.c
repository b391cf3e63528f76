/* backstopd(8): reads options, makes the socket, gives up root, then runs the
 * loop of server.c. */
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sysexits.h>
#include <unistd.h>

#include "common/config/read.h"
#include "common/base/descriptors.h"
#include "common/base/fault.h"
#include "common/engine/listen.h"
#include "common/engine/notify.h"
#include "common/base/privileges.h"
#include "common/engine/server.h"
#include "common/spf/service.h"
#include "common/store/ticket.h"
#include "common/base/log.h"

static const char usage_text[] =
    "usage: backstopd [-sv] [-c FILE]\n"
    "  -c FILE    read this configuration (" BS_CONFIG_PATH ")\n"
    "  -s         log to syslog, not to standard error\n"
    "  -v         log each question, its facts and its answer\n"
    "  --help, --version\n"
    "It stays in the foreground. See backstopd(8).\n";

/* A mistake of the configuration. The manager is told the first. */
struct mistakes {
	const char *path;
	bool some;
};

static void
log_mistake(void *context, const struct bs_fault *fault, bool is_warning)
{
	struct mistakes *mistakes = context;
	char line[BS_FAULT_LINE];

	bs_fault_line(fault, line);
	bs_log(is_warning ? BS_LOG_WARNING : BS_LOG_ERR, "%s%s: %s",
	    mistakes->path, line, fault->text);
	if (!is_warning && !mistakes->some)
		bs_notify_status("%s%s: %s", mistakes->path, line, fault->text);
	mistakes->some = mistakes->some || !is_warning;
}

/* Returns 0, or an exit status after the complaint. */
static int
load(const char *path, struct bs_config **out)
{
	struct mistakes mistakes = {.path = path};
	int rc = bs_config_load(path, out, log_mistake, &mistakes);

	if (rc == 0)
		return 0;
	if (mistakes.some)
		bs_log(BS_LOG_ERR,
		    "%s: not a good configuration; correct it and start "
		    "backstopd again",
		    path);
	else {
		bs_log(BS_LOG_ERR, "%s: %s", path, strerror(-rc));
		bs_notify_status("%s: %s", path, strerror(-rc));
	}
	return EX_CONFIG;
}

/* Each peer needs a descriptor. */
static void
raise_limits(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
		return;
	limit.rlim_cur = limit.rlim_max;
	(void)setrlimit(RLIMIT_NOFILE, &limit);
}

/* Starts the process that makes SPF children. It must be forked before there is
 * a secret in memory. Without it mail passes unchecked. */
static struct bs_spf *
start_spf(const struct bs_config *config)
{
	const struct bs_spf_settings settings = {
	    .servers = (const char *const *)config->spf.servers.words,
	    .server_count = config->spf.servers.count,
	    .user = BS_SPF_USER,
	};
	struct bs_spf *spf = NULL;
	int rc = bs_spf_start(&settings, &spf);

	if (rc != 0)
		bs_log(BS_LOG_ERR, "SPF is not checked: %s", strerror(-rc));
	return spf;
}

static int
serve(const char *config_path, struct bs_config *config)
{
	const char *why;
	struct bs_ticket ticket;
	bool is_ours = false;
	struct bs_spf *spf;
	int fd;
	int rc;

	raise_limits();
	spf = start_spf(config);
	if ((fd = bs_listen(config->socket, config->user, &is_ours)) < 0) {
		why = fd == -EADDRINUSE ? "another backstopd answers there"
					: strerror(-fd);
		bs_log(BS_LOG_ERR, "%s: %s", config->socket, why);
		bs_notify_status("%s: %s", config->socket, why);
		bs_spf_free(spf);
		bs_config_free(config);
		return EX_UNAVAILABLE;
	}
	bs_ticket_open(config->state, config->socket, &ticket);
	if ((rc = bs_privileges_become(config->user)) != 0) {
		bs_log(BS_LOG_ERR, "cannot become user %s: %s", config->user,
		    strerror(-rc));
		bs_notify_status("cannot become user %s: %s", config->user,
		    strerror(-rc));
		bs_spf_free(spf);
		bs_config_free(config);
		return EX_NOUSER;
	}
	bs_privileges_close_doors();
	signal(SIGPIPE, SIG_IGN);
	rc = bs_server_run(config_path, config, fd, spf, &ticket);
	bs_ticket_close(&ticket);
	return rc == 0 ? EX_OK : EX_CONFIG;
}

static int
complain_usage(const char *word)
{
	fprintf(stderr,
	    "backstopd: %s: there is no such option, or something is missing; "
	    "type: backstopd --help\n",
	    word);
	return EX_USAGE;
}

int
main(int argc, char *argv[])
{
	static const struct option options[] = {
	    {"help", no_argument, NULL, 'h'},
	    {"version", no_argument, NULL, 'V'},
	    {NULL, 0, NULL, 0},
	};
	const char *config_path = BS_CONFIG_PATH;
	struct bs_config *config = NULL;
	enum bs_log_sink sink =
	    getenv("JOURNAL_STREAM") != NULL ? BS_LOG_JOURNAL : BS_LOG_STDERR;
	bool debug = false;
	int option;
	int rc;

	opterr = 0;
	bs_descriptors_hold_standard();
	/* until the loop takes them, and in all children, they do nothing: a
	 * reload just after a start would end us */
	signal(SIGHUP, SIG_IGN);
	signal(SIGUSR1, SIG_IGN);
	while ((option = getopt_long(argc, argv, "c:hsv", options, NULL)) != -1)
		switch (option) {
		case 'c':
			config_path = optarg;
			break;
		case 's':
			sink = BS_LOG_SYSLOG;
			break;
		case 'v':
			debug = true;
			break;
		case 'h':
			fputs(usage_text, stdout);
			return EX_OK;
		case 'V':
			puts("backstopd " BS_VERSION);
			return EX_OK;
		default:
			return complain_usage(argv[optind - 1]);
		}
	if (optind != argc)
		return complain_usage(argv[optind]);
	bs_log_open("backstopd", sink, debug);
	bs_notify_open();
	rc = load(config_path, &config);
	return rc != 0 ? rc : serve(config_path, config);
}
