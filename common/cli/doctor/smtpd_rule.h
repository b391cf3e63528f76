/* smtpd.conf(5): "match", "action" and "table", as far as one can see from the
 * configuration what becomes of a mail. */
#ifndef BS_CLI_DOCTOR_SMTPD_RULE_H
#define BS_CLI_DOCTOR_SMTPD_RULE_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/backstop.h"
#include "common/cli/doctor/smtpd_line.h"

#define BS_SMTPD_RULES 256
#define BS_SMTPD_ACTIONS 128
#define BS_SMTPD_SETS 384
#define BS_SMTPD_SET_NAMES 8192
#define BS_SMTPD_SET_OCTETS (256 * 1024)
#define BS_SMTPD_PATH 512

/* No set. */
#define BS_SMTPD_NO_SET ((size_t)-1)

/* What can be said of a condition without knowing the mail. */
enum bs_smtpd_answer { BS_SMTPD_NO, BS_SMTPD_MAYBE, BS_SMTPD_YES };

/* The names of a table, or of a list in a rule. */
struct bs_smtpd_set {
	char table[BS_SMTPD_NAME]; /* its name; empty: it has none */
	char file[BS_SMTPD_PATH];  /* which holds its names; or empty */
	bool is_unknown;	   /* there may be others in it */
};

/* Where mail comes from, where it goes to. */
enum bs_smtpd_from {
	BS_SMTPD_FROM_LOCAL,
	BS_SMTPD_FROM_ANY,
	BS_SMTPD_FROM_AUTH,
	BS_SMTPD_FROM_SOCKET,
	BS_SMTPD_FROM_SOME, /* by address, name or sender */
};
enum bs_smtpd_to {
	BS_SMTPD_TO_LOCAL,
	BS_SMTPD_TO_ANY,
	BS_SMTPD_TO_DOMAIN, /* of a set */
	BS_SMTPD_TO_SOME,   /* by recipient */
};

/* match ... */
struct bs_smtpd_rule {
	struct bs_smtpd_place place;
	enum bs_smtpd_from from;
	bool is_from_negated;
	enum bs_smtpd_to to;
	bool is_to_negated;
	size_t domains; /* the set of TO_DOMAIN */
	enum bs_smtpd_answer
	    auth;    /* YES: with a login alone; NO: without one alone */
	size_t tags; /* a set, or BS_SMTPD_NO_SET */
	bool is_tag_negated;
	bool is_narrow; /* other conditions have to hold, too */
	bool rejects;
	char action[BS_SMTPD_NAME];
};

/* action NAME ... */
struct bs_smtpd_action {
	struct bs_smtpd_place place;
	char name[BS_SMTPD_NAME];
	bool relays;		       /* else it delivers here */
	bool has_map;		       /* a table says where to */
	char host[BS_SMTPD_PATH];      /* the URL to relay to, or empty */
	char mail_from[BS_SMTPD_PATH]; /* what it makes of the sender */
};

struct bs_smtpd_rules {
	size_t rule_count;
	struct bs_smtpd_rule rules[BS_SMTPD_RULES];
	size_t action_count;
	struct bs_smtpd_action actions[BS_SMTPD_ACTIONS];
	size_t set_count;
	struct bs_smtpd_set sets[BS_SMTPD_SETS];
	size_t name_count;
	struct {
		size_t set;
		size_t at; /* in octets */
	} names[BS_SMTPD_SET_NAMES];
	size_t used;
	char octets[BS_SMTPD_SET_OCTETS];
	bool is_cut; /* something had no room */
};

/* Takes a statement; others than these three are passed over. */
void bs_smtpd_rules_take(struct bs_smtpd_rules *rules,
    const struct bs_smtpd_line *line, struct bs_smtpd_place place);

/* Takes the text of a table's file: a name is the first word of its line. */
void bs_smtpd_rules_take_file(struct bs_smtpd_rules *rules, size_t set,
    const char *text, size_t len);

/* The names of a set, one after the other: *at begins with 0. Returns NULL at
 * the end. A view. */
const char *bs_smtpd_set_next(const struct bs_smtpd_rules *rules, size_t set,
    size_t *at);

/* Whether a set has a name; '*' in it stands for anything. */
enum bs_smtpd_answer bs_smtpd_set_has(const struct bs_smtpd_rules *rules,
    size_t set, const char *name);

/* The action of a name, or NULL. A view. */
const struct bs_smtpd_action *bs_smtpd_rules_action(
    const struct bs_smtpd_rules *rules, const char *name);

#endif
