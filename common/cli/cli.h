/* Between the parts of backstop(8): one call, its table, what they share. */
#ifndef BS_CLI_CLI_H
#define BS_CLI_CLI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/backstop.h"
#include "common/config/config.h"
#include "common/keys/keyring.h"
#include "common/store/meta.h"
#include "common/engine/state_folder.h"
#include "common/mail/address.h"

/* Exit statuses; what is neither yes, no nor unknown is of sysexits.h. */
#define BS_EXIT_YES 0
#define BS_EXIT_NO 1
#define BS_EXIT_UNKNOWN 2

/* What a subcommand may take besides the global options; and what it does
 * that does not go with --at. */
#define BS_TAKES_KEY 1
#define BS_TAKES_NO_RECORD 2
#define BS_TAKES_DIALECT 4
#define BS_WRITES 8
#define BS_TAKES_FORCE 16
#define BS_TAKES_CLIENT 32
#define BS_TAKES_DNS 64
#define BS_TAKES_RECORD 128
#define BS_TAKES_DOMAIN 256
#define BS_TAKES_STRICT 512
#define BS_TAKES_SERVERS 1024
#define BS_TAKES_MINUTES 2048
#define BS_TAKES_DAYS 4096
#define BS_TAKES_VERIFY_ONLY 8192
#define BS_TAKES_DRY_RUN 32768
#define BS_TAKES_REPORTS 65536
#define BS_TAKES_NAMES 16384 /* its words are domains or addresses */
#define BS_TAKES_SINCE 131072
#define BS_TAKES_ALL 262144
#define BS_TAKES_SCRAPE 524288
#define BS_TAKES_USERS 1048576
#define BS_TAKES_MAIL 8388608
#define BS_TAKES_HTML 4194304

enum bs_dialect { BS_DIALECT_NONE, BS_DIALECT_EXIM, BS_DIALECT_BATV_TOOLS };

/* Where OpenSMTPD has its configuration. */
#define BS_SMTPD_CONF_PATH "/etc/smtpd.conf"

/* What was typed. Strings are argv's. */
struct bs_call {
	const char *config_path;
	bool json;
	bool has_at;
	int64_t now; /* epoch seconds: of --at, or of the clock */
	int key;     /* of -k, or -1 */
	bool no_record;
	bool verify_only;
	bool force;
	bool dry_run;
	enum bs_dialect dialect;
	const char *client; /* of -i, or NULL */
	const char *sender; /* of -s */
	const char *helo;   /* of -H */
	const char *dns;    /* of --dns */
	const char *record; /* of --record */
	const char *domain; /* of --domain */
	char *reports;	    /* of --reports: a file or folder, or NULL */
	bool strict;
	unsigned minutes;	  /* of --minutes */
	unsigned days;		  /* of --days */
	const char *smtpd_conf;	  /* of --smtpd-conf: a file */
	const char *exim_program; /* of --exim-program, or NULL */
	const char *exim_conf;	  /* of --exim-conf: a file, or NULL */
	const char *address;	  /* of --address, or NULL */
	bool ask_mx;
	unsigned mx_port; /* of --ask-mx */
	int64_t since;	  /* of --since, epoch seconds; 0: from the beginning */
	bool all;
	const char *textfile; /* of --textfile: a folder, or NULL */
	bool http;
	const char *mail;  /* of --mail: an address, or NULL */
	const char *users; /* of --users: a file, "-", or NULL */
	const char *html;  /* of --html: a file, "-", or NULL */
	bool help;
	bool version;
	size_t count; /* of words behind the subcommand's name */
	char **words;
};

/* A row of the table of subcommands. The name has one word or two. */
struct bs_command {
	const char *name;
	const char *synopsis;
	const char *help;
	unsigned traits; /* BS_TAKES_*, BS_WRITES */
	size_t min_words;
	size_t max_words;
	int (*run)(const struct bs_call *call); /* returns the exit status */
};

#endif
