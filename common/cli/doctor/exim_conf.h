/* What 'backstop doctor' wants to know of Exim's configuration, from the text
 * that "exim -bP config" prints. */
#ifndef BS_CLI_DOCTOR_EXIM_CONF_H
#define BS_CLI_DOCTOR_EXIM_CONF_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/backstop.h"

#define BS_EXIM_REFUSALS 16

/* A statement of an ACL that refuses every mail with a null reverse-path. */
struct bs_exim_refusal {
	const char *acl;  /* its name */
	const char *file; /* where it is */
};

/* Strings are views into the text, or NULL. */
struct bs_exim_conf {
	const char *main_file; /* the file that Exim reads first */
	const char *folder;    /* CONFDIR: where Debian has its pieces */
	const char *local_scan_path;
	const char *relay_from_hosts;
	bool has_main;		/* the piece "main" is read ... */
	bool has_module;	/* ... and so is backstop.conf, by the module */
	bool has_rcpt;		/* the piece "rcpt" stands in an ACL */
	bool has_router;	/* a router takes tags off ... */
	bool is_late;		/* ... but only after one for local users */
	bool has_transport;	/* a return path is $local_scan_data */
	unsigned retry_seconds; /* of the rule that tries longest; 0: none */
	size_t refusal_count;
	struct bs_exim_refusal refusals[BS_EXIM_REFUSALS];
};

/* Reads a text, which it cuts into lines; there must be room for a NUL behind
 * it. What it does not know is passed over. */
void bs_exim_conf_read(struct bs_exim_conf *conf, char *text, size_t len);

/* Whether a text ends with another. */
bool bs_exim_ends(const char *text, const char *with);

/* Takes the next item off a list of hosts. *separator is '\0' before the first
 * and is then set: ':', ';', or what "<;" at the start names. Returns false at
 * the end. A doubled separator stands for itself, as in "::::1". */
bool bs_exim_host_next(const char **list, char *separator, char *out,
    size_t size);

#endif
