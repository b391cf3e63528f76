/* What 'backstop doctor' wants to know of Exim's configuration, from the text
 * that "exim -bP config" prints. */
#ifndef BS_CLI_DOCTOR_EXIM_CONF_H
#define BS_CLI_DOCTOR_EXIM_CONF_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/backstop.h"

#define BS_EXIM_REFUSALS 16
#define BS_EXIM_FILES 64
#define BS_EXIM_TRANSPORTS 16
#define BS_EXIM_ROUTERS 64

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
	const char *local_domains;
	const char *relay_to_domains;
	const char *local_interfaces;
	const char *primary_hostname;
	const char *qualify_domain;
	bool has_main;		/* the piece "main" is read ... */
	bool has_module;	/* ... and so is backstop.conf, by the module */
	bool has_rcpt;		/* the piece "rcpt" stands in an ACL */
	bool has_router;	/* a router takes tags off ... */
	bool is_late;		/* ... but only after one for local users */
	bool has_nodsn;		/* a router tells nobody of failures ... */
	bool is_nodsn_late;	/* ... but it is not the first */
	bool has_transport;	/* a return path is $local_scan_data */
	bool has_dnslookup;	/* a router finds other hosts by DNS */
	unsigned retry_seconds; /* of the rule that tries longest; 0: none */
	size_t refusal_count;
	struct bs_exim_refusal refusals[BS_EXIM_REFUSALS];
	size_t file_count;
	const char *files[BS_EXIM_FILES]; /* it was read from these */
	size_t bare_count; /* transports to other hosts, by whose return path
			    * mail leaves unsigned */
	const char *bare[BS_EXIM_TRANSPORTS];
	size_t router_count; /* the transports of routers, as they stand */
	const char *routers[BS_EXIM_ROUTERS];
};

/* Whether a router may use a transport. */
bool bs_exim_uses(const struct bs_exim_conf *conf, const char *transport);

/* Reads a text, which it cuts into lines; there must be room for a NUL behind
 * it. What it does not know is passed over. */
void bs_exim_conf_read(struct bs_exim_conf *conf, char *text, size_t len);

/* Whether a text ends with another. */
bool bs_exim_ends(const char *text, const char *with);

/* Takes the next item off a list of hosts or domains. *separator is '\0' before
 * the first and is then set: ':', ';', or what "<;" at the start names. Returns
 * false at the end. A doubled separator stands for itself, as in "::::1". */
bool bs_exim_host_next(const char **list, char *separator, char *out,
    size_t size);

#endif
