/* backstop(8): the table of its subcommands, and the way to one of them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "common/base/descriptors.h"
#include "common/base/idn.h"
#include "common/cli/accept.h"
#include "common/cli/doctor/doctor.h"
#include "common/cli/explain/explain.h"
#include "common/cli/status/mode.h"
#include "common/cli/status/status.h"
#include "common/cli/checkconf.h"
#include "common/cli/options.h"
#include "common/cli/cli.h"
#include "common/cli/keys/decode.h"
#include "common/cli/keys/import.h"
#include "common/cli/keys/init.h"
#include "common/cli/keys/key.h"
#include "common/cli/keys/sign.h"
#include "common/cli/keys/verify.h"
#include "common/cli/metrics/metrics.h"
#include "common/cli/output.h"
#include "common/cli/reload.h"
#include "common/cli/report/report.h"
#include "common/cli/spf/check.h"
#include "common/cli/spf/diff.h"
#include "common/cli/spf/lint.h"
#include "common/cli/spf/make.h"
#include "common/cli/spf/sources.h"
#include "common/cli/store/backup.h"
#include "common/cli/store/forget.h"
#include "common/cli/store/restore.h"
#include "common/cli/store/restore_all.h"
#include "common/cli/store/store.h"
#include "common/cli/trace.h"
#include "common/cli/why/why.h"

/* As many words as were typed. */
#define WORDS_ANY SIZE_MAX

static const struct bs_command commands[] = {
    {"init", "[-k K]", "make the state folder and the first key",
	BS_TAKES_KEY | BS_WRITES, 0, 0, bs_cmd_init},
    {"key list", "", "list the keys", 0, 0, 0, bs_cmd_key_list},
    {"key rotate", "", "sign with a new key; the old one still verifies",
	BS_WRITES, 0, 0, bs_cmd_key_rotate},
    {"key add", "[-k K]", "make a pending key", BS_TAKES_KEY | BS_WRITES, 0, 0,
	bs_cmd_key_add},
    {"key activate", "K", "sign with a pending key from now on", BS_WRITES, 1,
	1, bs_cmd_key_activate},
    {"key revoke", "K", "accept the tags of a key no more", BS_WRITES, 1, 1,
	bs_cmd_key_revoke},
    {"key purge", "[K]", "free the numbers of keys whose tags are all stale",
	BS_WRITES, 0, 1, bs_cmd_key_purge},
    {"key import", "[--exim -k K | --batv-tools -k K] [FILE]",
	"take a secret from elsewhere as a pending key",
	BS_TAKES_KEY | BS_TAKES_DIALECT | BS_WRITES, 0, 1, bs_cmd_key_import},
    {"key export", "[--verify-only] [K]",
	"print secrets for 'key import' on another host",
	BS_TAKES_VERIFY_ONLY | BS_WRITES, 0, 1, bs_cmd_key_export},
    {"key unlend", "K DAY", "say since when nobody else signs with a key",
	BS_WRITES, 2, 2, bs_cmd_key_unlend},
    {"sign", "[--no-record] ADDRESS", "sign a return path",
	BS_TAKES_NO_RECORD | BS_TAKES_NAMES, 1, 1, bs_cmd_sign},
    {"verify", "ADDRESS", "say whether the tag of an address is valid",
	BS_TAKES_NAMES, 1, 1, bs_cmd_verify},
    {"decode", "ADDRESS", "take a tagged address apart, without keys",
	BS_TAKES_NAMES, 1, 1, bs_cmd_decode},
    {"explain", "[FILE | FOLDER ...]",
	"say whether the mail that a bounce returns is ours", 0, 0, SIZE_MAX,
	bs_cmd_explain},
    {"status", "[--all]",
	"say what is not well and what to type, and what happened",
	BS_TAKES_ALL, 0, 0, bs_cmd_status},
    {"metrics", "[--textfile DIR | --http]",
	"print what the engine counts, for Prometheus",
	BS_TAKES_SCRAPE | BS_WRITES, 0, 0, bs_cmd_metrics},
    {"why", "WHAT [FILE ...] [--since TIME] [--all]",
	"tell each decision about an address, a client or a Message-ID",
	BS_TAKES_SINCE | BS_TAKES_ALL, 1, WORDS_ANY, bs_cmd_why},
    {"report",
	"[--since TIME] [--domain D] [--users FILE] [--html FILE | "
	"--mail ADDRESS]",
	"show what happened to mail and bounces, and how well all is known",
	BS_TAKES_SINCE | BS_TAKES_DOMAIN | BS_TAKES_USERS | BS_TAKES_HTML |
	    BS_TAKES_MAIL,
	0, 0, bs_cmd_report},
    {"mode", "DOMAIN [observe | mark | junk | enforce] [--force] [--dry-run]",
	"show a domain's mode and what speaks against the next, or set it",
	BS_TAKES_FORCE | BS_TAKES_DRY_RUN | BS_TAKES_NAMES, 1, 2, bs_cmd_mode},
    {"accept list", "", "list what is accepted by hand", 0, 0, 0,
	bs_cmd_accept_list},
    {"accept remove", "CLIENT | DOMAIN | ADDRESS",
	"judge its bounces as all others again", BS_TAKES_NAMES | BS_WRITES, 1,
	1, bs_cmd_accept_remove},
    {"accept", "CLIENT | DOMAIN | ADDRESS [--days N] [--force]",
	"neither refuse nor mark as spam bounces from there or to there",
	BS_TAKES_DAYS | BS_TAKES_FORCE | BS_TAKES_NAMES | BS_WRITES, 1, 1,
	bs_cmd_accept},
    {"reload", "",
	"check the configuration, and have the running engine take it over",
	BS_WRITES, 0, 0, bs_cmd_reload},
    {"trace", "[--minutes N]",
	"have the running engine log each question, its facts and its answer",
	BS_TAKES_MINUTES | BS_WRITES, 0, 0, bs_cmd_trace},
    {"backup", "FILE",
	"write configuration, keys and store to a file, beside a running engine",
	BS_WRITES, 1, 1, bs_cmd_backup},
    {"restore", "FILE", "stop the engine, and put back what 'backup' wrote",
	BS_WRITES, 1, 1, bs_cmd_restore},
    {"store check", "", "read all of the store and check each record", 0, 0, 0,
	bs_cmd_store_check},
    {"store confirm-clock", "", "say that today's date is right", BS_WRITES, 0,
	0, bs_cmd_store_confirm_clock},
    {"store backup", "FILE", "copy the store, beside a running engine",
	BS_WRITES, 1, 1, bs_cmd_store_backup},
    {"store restore", "FILE", "put a copy of the store in its place", BS_WRITES,
	1, 1, bs_cmd_store_restore},
    {"store forget", "ADDRESS", "remove what is remembered of an address",
	BS_TAKES_NAMES | BS_WRITES, 1, 1, bs_cmd_store_forget},
    {"spf check", "-i ADDRESS [-s SENDER] [-H HELO] [--dns SERVER]",
	"say whether a client may send for a domain",
	BS_TAKES_CLIENT | BS_TAKES_DNS | BS_WRITES, 0, 0, bs_cmd_spf_check},
    {"spf lint",
	"DOMAIN | --record TEXT [--domain D] [--strict] [--dns SERVER]",
	"show what is wrong with an SPF record, and what to write instead",
	BS_TAKES_RECORD | BS_TAKES_DOMAIN | BS_TAKES_STRICT | BS_TAKES_DNS |
	    BS_TAKES_NAMES | BS_WRITES,
	0, 1, bs_cmd_spf_lint},
    {"spf diff", "OLD NEW [--domain D] [--dns SERVER]",
	"show which addresses get another result",
	BS_TAKES_DOMAIN | BS_TAKES_DNS | BS_TAKES_NAMES | BS_WRITES, 2, 2,
	bs_cmd_spf_diff},
    {"spf make", "[DOMAIN] [--reports FILE ...] [--dns SERVER]",
	"ask what sends mail for a domain, and write its SPF record",
	BS_TAKES_REPORTS | BS_TAKES_DNS | BS_WRITES, 0, SIZE_MAX,
	bs_cmd_spf_make},
    {"spf sources", "FILE ... [--domain D] [--dns SERVER]",
	"show who sends in your name, by the DMARC reports of others",
	BS_TAKES_DOMAIN | BS_TAKES_DNS | BS_WRITES, 1, SIZE_MAX,
	bs_cmd_spf_sources},
    {"doctor",
	"[--smtpd-conf FILE] [--exim-program FILE] [--exim-conf FILE] "
	"[--dns SERVER] [--address ADDRESS] [--ask-mx]",
	"check the installation, and say what to type",
	BS_TAKES_SERVERS | BS_TAKES_DNS, 0, 0, bs_cmd_doctor},
    {"checkconf", "[FILE]", "show every mistake of the configuration", 0, 0, 1,
	bs_cmd_checkconf},
};
#define COMMANDS (sizeof(commands) / sizeof(commands[0]))

/* Words of a subcommand that are names. */
#define WORDS_MAX 2

static const char global_options[] =
    "Options, before or after the subcommand:\n"
    "  -c FILE      the configuration (" BS_CONFIG_PATH ")\n"
    "  --at TIME    judge as of then: epoch seconds or "
    "2026-01-01T00:00:00Z\n"
    "  --json       print each result as a JSON object\n"
    "  -h, --help   show this, or the help of a subcommand\n"
    "  --version    show the version\n";

static const char exit_statuses[] =
    "Exit status: 0 yes or done, 1 no, 2 unknown, 64 and above trouble\n"
    "(sysexits). See backstop(8).\n";

/* How many of the words at the start of the line spell the name: all of its
 * words, or 0. */
static size_t
spells(const char *name, const struct bs_call *call)
{
	const char *space = strchr(name, ' ');
	size_t len = space == NULL ? strlen(name) : (size_t)(space - name);

	if (call->count < 1 || strlen(call->words[0]) != len ||
	    strncmp(call->words[0], name, len) != 0)
		return 0;
	if (space == NULL)
		return 1;
	return call->count > 1 && strcmp(call->words[1], space + 1) == 0 ? 2
									 : 0;
}

/* Whether the first word is the first of the name: "key". */
static bool
is_of_group(const char *name, const struct bs_call *call)
{
	size_t len = strcspn(name, " ");

	return call->count > 0 && strlen(call->words[0]) == len &&
	       strncmp(call->words[0], name, len) == 0;
}

/* Takes the subcommand's name off the words. Returns NULL where they name
 * none. */
static const struct bs_command *
find_command(struct bs_call *call)
{
	for (size_t i = 0; i < COMMANDS; i++) {
		size_t words = spells(commands[i].name, call);

		if (words == 0)
			continue;
		call->count -= words;
		call->words += words;
		return &commands[i];
	}
	return NULL;
}

static void
print_row(FILE *file, const struct bs_command *command)
{
	int width = bs_print(file, "  %s %s", command->name, command->synopsis);

	if (width > 34)
		bs_print(file, "\n%34s", "");
	bs_print(file, "%*s%s\n", width > 34 ? 2 : 36 - width, "",
	    command->help);
}

/* Lists the subcommands: all, or those of a group ("key"). */
static void
print_list(FILE *file, const struct bs_call *call)
{
	bool some = false;

	for (size_t i = 0; i < COMMANDS; i++)
		some = some || is_of_group(commands[i].name, call);
	fputs("usage: backstop [-c FILE] [--at TIME] [--json] SUBCOMMAND "
	      "...\n\nSubcommands:\n",
	    file);
	for (size_t i = 0; i < COMMANDS; i++)
		if (!some || is_of_group(commands[i].name, call))
			print_row(file, &commands[i]);
	bs_print(file, "\n%s\n%s", global_options, exit_statuses);
}

/* The options that a few subcommands take. */
static const struct {
	unsigned trait;
	const char *refusal;
	const char *help;
} options[] = {
    {BS_TAKES_KEY, "takes no -k", "  -k K          the key number, 0 to 9\n"},
    {BS_TAKES_NO_RECORD, "takes no --no-record",
	"  --no-record   leave the store alone\n"},
    {BS_TAKES_VERIFY_ONLY, "takes no --verify-only",
	"  --verify-only for a host that must not sign with it\n"},
    {BS_TAKES_DIALECT, "takes neither --exim nor --batv-tools",
	"  --exim        a secret as Exim's ${prvs} has it\n"
	"  --batv-tools  a key file of batv-tools\n"},
    {BS_TAKES_FORCE, "takes no --force",
	"  --force       do it in spite of what speaks against it\n"},
    {BS_TAKES_DRY_RUN, "takes no --dry-run",
	"  --dry-run     say what would come of it, and change nothing\n"},
    {BS_TAKES_CLIENT, "takes no -i, -s or -H",
	"  -i ADDRESS    the client's address\n"
	"  -s SENDER     the reverse-path; <> for the null one\n"
	"  -H HELO       what the client calls itself\n"},
    {BS_TAKES_RECORD, "takes no --record",
	"  --record TEXT look at this record: its text, or a line of a zone "
	"file\n"},
    {BS_TAKES_DOMAIN, "takes no --domain",
	"  --domain D    the domain of a record that is given, or of reports, or the\n"
	"                only one to show\n"},
    {BS_TAKES_REPORTS, "takes no --reports",
	"  --reports FILE  DMARC reports, as of spf sources: who sends by them\n"
	"                is proposed; more files may follow\n"},
    {BS_TAKES_STRICT, "takes no --strict",
	"  --strict      exit 1 for warnings, too\n"},
    {BS_TAKES_SINCE, "takes no --since",
	"  --since TIME  2026-01-31, 2026-01-31T00:00:00Z, or ago: 7d, 12h\n"},
    {BS_TAKES_ALL, "takes no --all",
	"  --all         all there is, and not only the newest or what "
	"matters\n"},
    {BS_TAKES_SCRAPE, "takes neither --textfile nor --http",
	"  --textfile DIR  write DIR/backstop.prom, for node-exporter\n"
	"  --http        answer one request on standard input, for systemd's\n"
	"                backstop-metrics.socket\n"},
    {BS_TAKES_USERS, "takes no --users",
	"  --users FILE  addresses, one a line: users among them are named\n"},
    {BS_TAKES_MAIL, "takes no --mail",
	"  --mail ADDRESS  print it as a mail, the page attached, for\n"
	"                sendmail -ti\n"},
    {BS_TAKES_HTML, "takes no --html",
	"  --html FILE   write it as a page with pictures; - is standard "
	"output\n"},
    {BS_TAKES_DAYS, "takes no --days",
	"  --days N      for so many days (30)\n"},
    {BS_TAKES_MINUTES, "takes no --minutes",
	"  --minutes N   for so long; 10, and 0 ends it\n"},
    {BS_TAKES_SERVERS,
	"takes no --smtpd-conf, --exim-program, --exim-conf, --address or "
	"--ask-mx",
	"  --smtpd-conf FILE   OpenSMTPD's configuration "
	"(" BS_SMTPD_CONF_PATH ")\n"
	"  --exim-program FILE the Exim that is asked (/usr/sbin/exim4)\n"
	"  --exim-conf FILE    Exim's configuration (the one it has by itself)\n"
	"  --address ADDRESS   by which others see this host's mail (those of its\n"
	"                      interfaces)\n"
	"  --ask-mx[=PORT]     ask the MXs of our domains whether they take "
	"tagged\n"
	"                      recipients, by RCPT alone\n"},
    {BS_TAKES_DNS, "takes no --dns",
	"  --dns SERVER  ask this one, as 192.0.2.1 or 127.0.0.1:5353\n"},
};
#define OPTIONS (sizeof(options) / sizeof(options[0]))

static void
print_help(const struct bs_command *command)
{
	bs_print(stdout, "usage: backstop [-c FILE]%s [--json] %s %s\n\n%s.\n",
	    command->traits & BS_WRITES ? "" : " [--at TIME]", command->name,
	    command->synopsis, command->help);
	for (size_t i = 0; i < OPTIONS; i++)
		if (command->traits & options[i].trait)
			bs_print(stdout, "%s", options[i].help);
	bs_print(stdout, "\n%s\n%s", global_options, exit_statuses);
}

/* Whether the options and words are what the subcommand takes. */
static int
check_call(const struct bs_command *command, const struct bs_call *call,
    unsigned traits)
{
	const char *what = NULL;

	for (size_t i = 0; what == NULL && i < OPTIONS; i++)
		if (traits & ~command->traits & options[i].trait)
			what = options[i].refusal;
	if (what != NULL)
		; /* the first of them is enough */
	else if (call->has_at && (command->traits & BS_WRITES))
		what = "takes no --at: what it changes holds from now on";
	else if (call->count < command->min_words)
		what = "needs one more argument";
	else if (call->count > command->max_words)
		what = "has one argument too many";
	if (what == NULL)
		return 0;
	bs_complain("%s %s; usage: backstop %s %s", command->name, what,
	    command->name, command->synopsis);
	return EX_USAGE;
}

static void
complain_unknown(const struct bs_call *call)
{
	bool is_group = false;

	for (size_t i = 0; i < COMMANDS; i++)
		is_group = is_group || is_of_group(commands[i].name, call);
	if (call->count == 0)
		bs_complain("no subcommand is given; type: backstop --help");
	else if (is_group && call->count == 1)
		bs_complain("%.60s: there are several; type: backstop %.60s "
			    "--help",
		    call->words[0], call->words[0]);
	else if (is_group)
		bs_complain("there is no subcommand '%.60s %.60s'; type: "
			    "backstop %.60s --help",
		    call->words[0], call->words[1], call->words[0]);
	else
		bs_complain("there is no subcommand '%.60s'; type: backstop "
			    "--help",
		    call->words[0]);
}

/* A word with its domain in ASCII, in memory of ours; NULL where it is so. A
 * record is no name. */
static char *
to_ascii(const char *word)
{
	char *ascii;

	if (word == NULL || bs_idn_is_ascii(word) ||
	    strchr(word, ' ') != NULL ||
	    (ascii = calloc(1, strlen(word) + BS_HOST_MAX)) == NULL)
		return NULL;
	memcpy(ascii, word, strlen(word));
	bs_idn_address(ascii, strlen(word) + BS_HOST_MAX);
	return ascii;
}

/* The names that were typed, as they stand in DNS. */
static void
names_to_ascii(const struct bs_command *command, struct bs_call *call)
{
	/* for as long as the process */
	static char *words[WORDS_MAX];
	static char *domain;
	bool are_names = (command->traits & BS_TAKES_NAMES) != 0;

	for (size_t i = 0; are_names && i < call->count && i < WORDS_MAX; i++)
		if ((words[i] = to_ascii(call->words[i])) != NULL)
			call->words[i] = words[i];
	if ((domain = to_ascii(call->domain)) != NULL)
		call->domain = domain;
}

static int
run(struct bs_call *call, unsigned traits)
{
	const struct bs_command *command;
	int status;

	if (call->version) {
		puts("backstop " BS_VERSION);
		return BS_EXIT_YES;
	}
	if ((command = find_command(call)) != NULL) {
		if (call->help) {
			print_help(command);
			return BS_EXIT_YES;
		}
		status = check_call(command, call, traits);
		names_to_ascii(command, call);
		return status != 0 ? status : command->run(call);
	}
	if (call->help) {
		print_list(stdout, call);
		return BS_EXIT_YES;
	}
	complain_unknown(call);
	return EX_USAGE;
}

int
main(int argc, char **argv)
{
	struct bs_call call;
	char **words;
	unsigned traits;
	int status;

	bs_descriptors_hold_standard();
	status = bs_options_read(argc, argv, &call, &traits);
	words = call.words;
	if (status == 0)
		status = run(&call, traits);
	free(words);
	if (fflush(stdout) != 0 || ferror(stdout)) {
		bs_complain("standard output could not be written");
		return EX_IOERR;
	}
	return status;
}
