/* smtpd.conf(5), as far as 'backstop doctor' asks: listeners, filters, rules
 * that refuse bounces, how long mail waits. */
#ifndef BS_CLI_DOCTOR_SMTPD_CONF_H
#define BS_CLI_DOCTOR_SMTPD_CONF_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/backstop.h"
#include "common/cli/doctor/smtpd_line.h"
#include "common/cli/doctor/smtpd_rule.h"

#define BS_SMTPD_COMMAND 512
#define BS_SMTPD_FILTERS 64
#define BS_SMTPD_LISTENERS 64
#define BS_SMTPD_MEMBERS 16
#define BS_SMTPD_REFUSALS 16
#define BS_SMTPD_TABLES 32

/* How long mail waits where nothing is said (smtpd.conf(5), queue ttl). */
#define BS_SMTPD_TTL_SECONDS (4 * BS_DAY_SECONDS)

enum bs_smtpd_kind {
	BS_SMTPD_EXEC,	       /* filter NAME proc-exec COMMAND */
	BS_SMTPD_PROC,	       /* filter NAME proc PROC */
	BS_SMTPD_CHAIN,	       /* filter NAME chain { MEMBERS } */
	BS_SMTPD_PHASE,	       /* filter NAME phase ... */
	BS_SMTPD_PROC_DEFINED, /* proc NAME COMMAND */
};

/* Texts are cut to their room; none has a NUL inside. */
struct bs_smtpd_filter {
	enum bs_smtpd_kind kind;
	struct bs_smtpd_place place;
	char name[BS_SMTPD_NAME];
	char command[BS_SMTPD_COMMAND]; /* of a PROC: the proc's name */
	char user[BS_SMTPD_NAME];	/* empty: none is named */
	char group[BS_SMTPD_NAME];
	size_t member_count;
	char members[BS_SMTPD_MEMBERS][BS_SMTPD_NAME];
};

struct bs_smtpd_listener {
	struct bs_smtpd_place place;
	bool is_socket;
	char where[BS_SMTPD_NAME]; /* interface or address */
	char port[BS_SMTPD_NAME];  /* empty: the usual ones */
	char tag[BS_SMTPD_NAME];
	bool is_smtps;
	bool needs_auth;  /* nobody may send who is not logged in */
	bool takes_auth;  /* one can log in */
	bool has_senders; /* a map of senders */
	bool no_dsn;	  /* it takes no NOTIFY at RCPT */
	size_t filter_count;
	char filters[BS_SMTPD_MEMBERS][BS_SMTPD_NAME];
};

struct bs_smtpd_conf {
	size_t filter_count;
	struct bs_smtpd_filter filters[BS_SMTPD_FILTERS];
	size_t listener_count;
	struct bs_smtpd_listener listeners[BS_SMTPD_LISTENERS];
	size_t refusal_count; /* rules that refuse every null reverse-path */
	struct bs_smtpd_place refusals[BS_SMTPD_REFUSALS];
	unsigned queue_seconds; /* how long mail waits ... */
	unsigned
	    action_seconds; /* ... and by the action that lets it longest */
	bool is_cut;	    /* something that matters had no room */
	struct bs_smtpd_macros macros;
	size_t null_table_count; /* tables that hold a null reverse-path */
	char null_tables[BS_SMTPD_TABLES][BS_SMTPD_NAME];
	struct bs_smtpd_rules rules;
};

/* Told of an include; it may read that file with bs_smtpd_read(). */
typedef void bs_smtpd_include(void *context, struct bs_smtpd_conf *conf,
    const char *path);

/* Makes it empty. It is too large for a stack. */
void bs_smtpd_begin(struct bs_smtpd_conf *conf);

/* Reads a file's text into what was read before. It never fails: what it does
 * not know is passed over. */
void bs_smtpd_read(struct bs_smtpd_conf *conf, unsigned file, const char *text,
    size_t len, bs_smtpd_include *include, void *context);

/* The filter of a name, a proc's name resolved to what runs; or NULL. A view.
 */
const struct bs_smtpd_filter *bs_smtpd_find(const struct bs_smtpd_conf *conf,
    const char *name);
const struct bs_smtpd_filter *bs_smtpd_program(const struct bs_smtpd_conf *conf,
    const struct bs_smtpd_filter *filter);

/* The value of filter-backstop's option in a command, such as 'm' (its mode) or
 * 's' (the engine's socket), NUL-terminated to out; returns false where the
 * command is another program or has none. */
bool bs_smtpd_option(const char *command, char option,
    char out[static BS_SMTPD_COMMAND]);

/* Whether the command runs filter-backstop. */
bool bs_smtpd_is_ours(const char *command);

/* Whether an interface or address is the host itself. */
bool bs_smtpd_is_loopback(const char *where);

/* Whether mail can come in by it from elsewhere without a login. */
bool bs_smtpd_is_public(const struct bs_smtpd_listener *listener);

/* The port at which it listens: as a number where it is a usual one. */
const char *bs_smtpd_port(const struct bs_smtpd_listener *listener);

#endif
