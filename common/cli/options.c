/* The command line's options. Whether a subcommand takes them is checked later,
 * in main.c. */
#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <time.h>

#include "common/cli/options.h"
#include "common/cli/cli.h"
#include "common/cli/output.h"
#include "common/base/ascii.h"
#include "common/engine/tracing.h"

/* Values of long options that have no letter. */
enum {
	OPT_AT = UCHAR_MAX + 1,
	OPT_JSON,
	OPT_VERSION,
	OPT_NO_RECORD,
	OPT_VERIFY_ONLY,
	OPT_EXIM,
	OPT_BATV_TOOLS,
	OPT_FORCE,
	OPT_DRY_RUN,
	OPT_DNS,
	OPT_RECORD,
	OPT_DOMAIN,
	OPT_REPORTS,
	OPT_STRICT,
	OPT_SMTPD_CONF,
	OPT_EXIM_PROGRAM,
	OPT_EXIM_CONF,
	OPT_ADDRESS,
	OPT_ASK_MX,
	OPT_MINUTES,
	OPT_DAYS,
	OPT_SINCE,
	OPT_ALL,
	OPT_USERS,
	OPT_MAIL,
	OPT_TEXTFILE,
	OPT_HTTP,
	OPT_HTML,
};

static const struct option long_options[] = {
    {"at", required_argument, NULL, OPT_AT},
    {"json", no_argument, NULL, OPT_JSON},
    {"help", no_argument, NULL, 'h'},
    {"version", no_argument, NULL, OPT_VERSION},
    {"no-record", no_argument, NULL, OPT_NO_RECORD},
    {"verify-only", no_argument, NULL, OPT_VERIFY_ONLY},
    {"exim", no_argument, NULL, OPT_EXIM},
    {"batv-tools", no_argument, NULL, OPT_BATV_TOOLS},
    {"force", no_argument, NULL, OPT_FORCE},
    {"dry-run", no_argument, NULL, OPT_DRY_RUN},
    {"ip", required_argument, NULL, 'i'},
    {"sender", required_argument, NULL, 's'},
    {"helo", required_argument, NULL, 'H'},
    {"dns", required_argument, NULL, OPT_DNS},
    {"record", required_argument, NULL, OPT_RECORD},
    {"domain", required_argument, NULL, OPT_DOMAIN},
    {"reports", required_argument, NULL, OPT_REPORTS},
    {"strict", no_argument, NULL, OPT_STRICT},
    {"smtpd-conf", required_argument, NULL, OPT_SMTPD_CONF},
    {"exim-program", required_argument, NULL, OPT_EXIM_PROGRAM},
    {"exim-conf", required_argument, NULL, OPT_EXIM_CONF},
    {"address", required_argument, NULL, OPT_ADDRESS},
    {"ask-mx", optional_argument, NULL, OPT_ASK_MX},
    {"minutes", required_argument, NULL, OPT_MINUTES},
    {"days", required_argument, NULL, OPT_DAYS},
    {"since", required_argument, NULL, OPT_SINCE},
    {"all", no_argument, NULL, OPT_ALL},
    {"mail", required_argument, NULL, OPT_MAIL},
    {"users", required_argument, NULL, OPT_USERS},
    {"textfile", required_argument, NULL, OPT_TEXTFILE},
    {"http", no_argument, NULL, OPT_HTTP},
    {"html", required_argument, NULL, OPT_HTML},
    {NULL, 0, NULL, 0},
};

/* For how long something is accepted by hand. */
#define DAYS 30
#define DAYS_MAX 3650

/* The last second of the year 9999: ISO 8601 has four digits for a year. */
#define TIME_MAX INT64_C(253402300799)

static bool
read_number(const char *text, size_t len, int64_t *out)
{
	*out = 0;
	if (len == 0 || len > 12)
		return false;
	for (size_t i = 0; i < len; i++) {
		if (!bs_ascii_is_digit(text[i]))
			return false;
		*out = *out * 10 + (text[i] - '0');
	}
	return true;
}

static bool
read_field(const char *text, size_t at, size_t len, int base, int *out)
{
	int64_t number;

	if (!read_number(text + at, len, &number))
		return false;
	*out = (int)number - base;
	return true;
}

/* 2026-01-01T00:00:00Z, and a time that exists. */
static bool
read_iso_time(const char *text, int64_t *out)
{
	char again[BS_TIME_TEXT];
	struct tm tm = {0};

	if (strlen(text) != strlen("2026-01-01T00:00:00Z") ||
	    !read_field(text, 0, 4, 1900, &tm.tm_year) ||
	    !read_field(text, 5, 2, 1, &tm.tm_mon) ||
	    !read_field(text, 8, 2, 0, &tm.tm_mday) ||
	    !read_field(text, 11, 2, 0, &tm.tm_hour) ||
	    !read_field(text, 14, 2, 0, &tm.tm_min) ||
	    !read_field(text, 17, 2, 0, &tm.tm_sec))
		return false;
	*out = (int64_t)timegm(&tm);
	/* as printed it differs where a '-' was another octet, or where the
	 * day was the 30th of February */
	return *out >= 0 && strcmp(bs_time_text(*out, again), text) == 0;
}

int
bs_options_day(const char *text, int64_t *out)
{
	char whole[BS_TIME_TEXT];

	snprintf(whole, sizeof(whole), "%.10sT00:00:00Z", text);
	if (strlen(text) == 10 && read_iso_time(whole, out))
		return 0;
	bs_complain("%.60s: must be a day of the form 2026-01-01", text);
	return EX_USAGE;
}

static int
read_at(const char *text, struct bs_call *call)
{
	if (!read_number(text, strlen(text), &call->now) &&
	    !read_iso_time(text, &call->now)) {
		bs_complain("--at %.60s: must be seconds since 1970 or of the "
			    "form 2026-01-01T00:00:00Z",
		    text);
		return EX_USAGE;
	}
	if (call->now > TIME_MAX) {
		bs_complain("--at %.60s: is after the year 9999", text);
		return EX_USAGE;
	}
	call->has_at = true;
	return 0;
}

int
bs_options_key(const char *text)
{
	if (bs_ascii_is_digit(text[0]) && text[1] == '\0')
		return text[0] - '0';
	bs_complain("%.60s: a key number is one digit, 0 to 9", text);
	return -1;
}

static int
take_dialect(struct bs_call *call, enum bs_dialect dialect)
{
	if (call->dialect != BS_DIALECT_NONE && call->dialect != dialect) {
		bs_complain("--exim and --batv-tools exclude each other");
		return EX_USAGE;
	}
	call->dialect = dialect;
	return 0;
}

/* The option that getopt met and could not take. */
static int
complain_option(char **argv, int option)
{
	/* a long option is a word; a letter may stand within one */
	if (optopt == 0 || optopt > UCHAR_MAX)
		bs_complain("%.60s: %s; type: backstop --help",
		    argv[optind - 1],
		    option == ':' ? "its value is missing"
				  : "there is no such option");
	else
		bs_complain("-%c: %s; type: backstop --help", optopt,
		    option == ':' ? "its value is missing"
				  : "there is no such option");
	return EX_USAGE;
}

/* Those of the subcommands about SPF. Returns whether it was one. */
static bool
take_spf_option(int option, struct bs_call *call, unsigned *traits)
{
	switch (option) {
	case 'i':
		*traits |= BS_TAKES_CLIENT;
		call->client = optarg;
		return true;
	case 's':
		*traits |= BS_TAKES_CLIENT;
		call->sender = optarg;
		return true;
	case 'H':
		*traits |= BS_TAKES_CLIENT;
		call->helo = optarg;
		return true;
	case OPT_DNS:
		*traits |= BS_TAKES_DNS;
		call->dns = optarg;
		return true;
	case OPT_RECORD:
		*traits |= BS_TAKES_RECORD;
		call->record = optarg;
		return true;
	case OPT_DOMAIN:
		*traits |= BS_TAKES_DOMAIN;
		call->domain = optarg;
		return true;
	case OPT_REPORTS:
		*traits |= BS_TAKES_REPORTS;
		call->reports = optarg;
		return true;
	case OPT_STRICT:
		*traits |= BS_TAKES_STRICT;
		call->strict = true;
		return true;
	default:
		return false;
	}
}

/* Those of the subcommands that read the log. Returns whether it was one. */
static bool
take_log_option(int option, struct bs_call *call, unsigned *traits,
    const char **since)
{
	if (option != OPT_SINCE && option != OPT_ALL)
		return false;
	*traits |= option == OPT_ALL ? BS_TAKES_ALL : BS_TAKES_SINCE;
	if (option == OPT_ALL)
		call->all = true;
	else
		*since = optarg;
	return true;
}

/* Those of metrics. Returns whether it was one. */
static bool
take_metrics_option(int option, struct bs_call *call, unsigned *traits)
{
	if (option != OPT_TEXTFILE && option != OPT_HTTP)
		return false;
	*traits |= BS_TAKES_SCRAPE;
	if (option == OPT_HTTP)
		call->http = true;
	else
		call->textfile = optarg;
	return true;
}

/* Those of the report. Returns whether it was one. */
static bool
take_report_option(int option, struct bs_call *call, unsigned *traits)
{
	switch (option) {
	case OPT_USERS:
		*traits |= BS_TAKES_USERS;
		call->users = optarg;
		return true;
	case OPT_MAIL:
		*traits |= BS_TAKES_MAIL;
		call->mail = optarg;
		return true;
	case OPT_HTML:
		*traits |= BS_TAKES_HTML;
		call->html = optarg;
		return true;
	default:
		return false;
	}
}

/* The port is for mail servers that are tried out elsewhere. */
static int
take_ask_mx(struct bs_call *call)
{
	int64_t port = 25;

	if (optarg != NULL && (!read_number(optarg, strlen(optarg), &port) ||
				  port < 1 || port > 65535)) {
		bs_complain("--ask-mx=%.60s: is no port", optarg);
		return EX_USAGE;
	}
	call->ask_mx = true;
	call->mx_port = (unsigned)port;
	return 0;
}

static int
take_days(struct bs_call *call)
{
	int64_t days;

	if (!read_number(optarg, strlen(optarg), &days) || days < 1 ||
	    days > DAYS_MAX) {
		bs_complain("--days %.60s: must be 1 to %d", optarg, DAYS_MAX);
		return EX_USAGE;
	}
	call->days = (unsigned)days;
	return 0;
}

static int
take_minutes(struct bs_call *call)
{
	int64_t minutes;

	if (!read_number(optarg, strlen(optarg), &minutes) ||
	    minutes > BS_TRACING_MINUTES_MAX) {
		bs_complain("--minutes %.60s: must be 0 to %d", optarg,
		    BS_TRACING_MINUTES_MAX);
		return EX_USAGE;
	}
	call->minutes = (unsigned)minutes;
	return 0;
}

/* A day, a time, or how many days or hours ago. */
static int
read_since(const char *text, struct bs_call *call)
{
	size_t len = text == NULL ? 0 : strlen(text);
	char whole[BS_TIME_TEXT];
	int64_t ago;

	if (text == NULL)
		return 0;
	snprintf(whole, sizeof(whole), "%.10sT00:00:00Z", text);
	if (len > 1 && (text[len - 1] == 'd' || text[len - 1] == 'h') &&
	    read_number(text, len - 1, &ago) && ago < 100000) {
		ago *= text[len - 1] == 'd' ? 86400 : 3600;
		call->since = call->now > ago ? call->now - ago : 1;
		return 0;
	}
	if (read_iso_time(len == 10 ? whole : text, &call->since)) {
		/* 0 is that nothing was asked for */
		call->since = call->since == 0 ? 1 : call->since;
		return 0;
	}
	bs_complain("--since %.60s: must be of the form 2026-01-31, "
		    "2026-01-31T00:00:00Z, 7d or 12h",
	    text);
	return EX_USAGE;
}

/* Those of a few subcommands. Returns whether it was one. */
static bool
take_special_option(int option, struct bs_call *call, unsigned *traits,
    const char **since)
{
	return take_spf_option(option, call, traits) ||
	       take_log_option(option, call, traits, since) ||
	       take_metrics_option(option, call, traits) ||
	       take_report_option(option, call, traits);
}

static int
take_option(int option, char **argv, struct bs_call *call, unsigned *traits,
    const char **since)
{
	switch (option) {
	case 1: /* a word, as the '-' of the option string asks for */
		call->words[call->count++] = optarg;
		return 0;
	case 'c':
		call->config_path = optarg;
		return 0;
	case 'h':
		call->help = true;
		return 0;
	case 'k':
		*traits |= BS_TAKES_KEY;
		call->key = bs_options_key(optarg);
		return call->key < 0 ? EX_USAGE : 0;
	case OPT_AT:
		return read_at(optarg, call);
	case OPT_JSON:
		call->json = true;
		return 0;
	case OPT_VERSION:
		call->version = true;
		return 0;
	case OPT_VERIFY_ONLY:
		*traits |= BS_TAKES_VERIFY_ONLY;
		call->verify_only = true;
		return 0;
	case OPT_NO_RECORD:
		*traits |= BS_TAKES_NO_RECORD;
		call->no_record = true;
		return 0;
	case OPT_FORCE:
		*traits |= BS_TAKES_FORCE;
		call->force = true;
		return 0;
	case OPT_DRY_RUN:
		*traits |= BS_TAKES_DRY_RUN;
		call->dry_run = true;
		return 0;
	case OPT_EXIM:
		*traits |= BS_TAKES_DIALECT;
		return take_dialect(call, BS_DIALECT_EXIM);
	case OPT_BATV_TOOLS:
		*traits |= BS_TAKES_DIALECT;
		return take_dialect(call, BS_DIALECT_BATV_TOOLS);
	case OPT_SMTPD_CONF:
		*traits |= BS_TAKES_SERVERS;
		call->smtpd_conf = optarg;
		return 0;
	case OPT_EXIM_CONF:
		*traits |= BS_TAKES_SERVERS;
		call->exim_conf = optarg;
		return 0;
	case OPT_EXIM_PROGRAM:
		*traits |= BS_TAKES_SERVERS;
		call->exim_program = optarg;
		return 0;
	case OPT_ADDRESS:
		*traits |= BS_TAKES_SERVERS;
		call->address = optarg;
		return 0;
	case OPT_DAYS:
		*traits |= BS_TAKES_DAYS;
		return take_days(call);
	case OPT_MINUTES:
		*traits |= BS_TAKES_MINUTES;
		return take_minutes(call);
	case OPT_ASK_MX:
		*traits |= BS_TAKES_SERVERS;
		return take_ask_mx(call);
	default:
		return take_special_option(option, call, traits, since)
			   ? 0
			   : complain_option(argv, option);
	}
}

int
bs_options_read(int argc, char **argv, struct bs_call *call, unsigned *traits)
{
	const char *since = NULL;
	int option;
	int status = 0;

	memset(call, 0, sizeof(*call));
	call->config_path = BS_CONFIG_PATH;
	call->smtpd_conf = BS_SMTPD_CONF_PATH;
	call->key = -1;
	call->minutes = BS_TRACING_MINUTES;
	call->days = DAYS;
	call->now = (int64_t)time(NULL);
	*traits = 0;
	call->words = calloc((size_t)argc + 1, sizeof(*call->words));
	if (call->words == NULL) {
		bs_complain("out of memory");
		return EX_OSERR;
	}
	while (status == 0 && (option = getopt_long(argc, argv,
				   "-:c:hH:i:k:s:", long_options, NULL)) != -1)
		status = take_option(option, argv, call, traits, &since);
	while (status == 0 && optind < argc)
		call->words[call->count++] = argv[optind++];
	/* --at may stand behind it */
	return status == 0 ? read_since(since, call) : status;
}
