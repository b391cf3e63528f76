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
#include "common/engine/listen.h"
#include "common/base/privileges.h"
#include "common/engine/server.h"
#include "common/spf/service.h"
#include "common/base/log.h"

static const char usage_text[] =
    "usage: backstopd [-sv] [-c FILE]\n"
    "  -c FILE    read this configuration (" BS_CONFIG_PATH ")\n"
    "  -s         log to syslog, not to standard error\n"
    "  -v         log each question, its facts and its answer\n"
    "  --help, --version\n"
    "It stays in the foreground. See backstopd(8).\n";

static void
print_fault(void *context, const struct bs_fault *fault, bool is_warning)
{
	fprintf(stderr, "%s:%u: %s%s\n", (const char *)context, fault->line,
	    is_warning ? "warning: " : "", fault->text);
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
	bool is_ours = false;
	struct bs_spf *spf;
	int fd;
	int rc;

	raise_limits();
	/* until the loop takes it, and in all children, it does nothing */
	signal(SIGUSR1, SIG_IGN);
	spf = start_spf(config);
	if ((fd = bs_listen(config->socket, config->user, &is_ours)) < 0) {
		bs_log(BS_LOG_ERR, "%s: %s", config->socket,
		    fd == -EADDRINUSE ? "another backstopd answers there"
				      : strerror(-fd));
		bs_config_free(config);
		return EX_UNAVAILABLE;
	}
	if ((rc = bs_privileges_become(config->user)) != 0) {
		bs_log(BS_LOG_ERR, "cannot become user %s: %s", config->user,
		    strerror(-rc));
		bs_config_free(config);
		return EX_NOUSER;
	}
	bs_privileges_close_doors();
	signal(SIGPIPE, SIG_IGN);
	return bs_server_run(config_path, config, fd, spf) == 0 ? EX_OK
								: EX_CONFIG;
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
			fputs(usage_text, stderr);
			return EX_USAGE;
		}
	if (optind != argc) {
		fputs(usage_text, stderr);
		return EX_USAGE;
	}
	rc = bs_config_load(config_path, &config, print_fault,
	    (void *)(uintptr_t)config_path);
	if (rc != 0) {
		fprintf(stderr, "backstopd: %s: %s\n", config_path,
		    rc == -EINVAL ? "not a good configuration" : strerror(-rc));
		return EX_CONFIG;
	}
	bs_log_open("backstopd", sink, debug);
	return serve(config_path, config);
}
