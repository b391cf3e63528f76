/* Exim's configuration, as far as 'backstop doctor' asks: the pieces of
 * Backstop, statements that refuse bounces, how long mail waits. */
#ifndef BS_CLI_DOCTOR_EXIM_CONF_H
#define BS_CLI_DOCTOR_EXIM_CONF_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/backstop.h"

#define BS_EXIM_VALUE 1024
#define BS_EXIM_REFUSALS 16

enum bs_exim_section {
	BS_EXIM_MAIN,
	BS_EXIM_ACL,
	BS_EXIM_ROUTERS,
	BS_EXIM_TRANSPORTS,
	BS_EXIM_RETRY,
	BS_EXIM_OTHER,
};

struct bs_exim_place {
	unsigned file; /* as given to bs_exim_read() */
	unsigned line;
};

/* Values are cut to their room; none has a NUL inside. */
struct bs_exim_conf {
	bool has_slot;			  /* local_scan_path is BACKSTOP_SO */
	char other_module[BS_EXIM_VALUE]; /* what else it is, here or there */
	char module[BS_EXIM_VALUE];	  /* BACKSTOP_SO */
	char relay_from_hosts[BS_EXIM_VALUE];
	bool has_main; /* what tells Exim of the module is included */
	char rcpt_file[BS_EXIM_VALUE]; /* the first that stands for
					* CHECK_RCPT_LOCAL_ACL_FILE */
	bool has_router;	       /* tags are taken off ... */
	bool is_late;		/* ... after local users were looked for */
	bool has_transport;	/* $local_scan_data is a return path */
	unsigned retry_seconds; /* how long the longest rule tries; 0: none */
	size_t refusal_count;	/* statements that refuse every null sender */
	struct bs_exim_place refusals[BS_EXIM_REFUSALS];

	/* while it is read */
	enum bs_exim_section section;
	bool has_local_users;
	bool denies;	/* within a deny or drop of an ACL ... */
	bool is_null;	/* ... whose senders are the null one ... */
	bool is_narrow; /* ... with other conditions */
	struct bs_exim_place statement;
};

/* Told of an include; it may read that file with bs_exim_read(). */
typedef void bs_exim_include(void *context, struct bs_exim_conf *conf,
    const char *path, bool if_exists);

void bs_exim_begin(struct bs_exim_conf *conf);

/* Reads a text that follows what was read before, .ifdef and the like passed
 * over. It never fails: what it does not know is left out. */
void bs_exim_read(struct bs_exim_conf *conf, unsigned file, const char *text,
    size_t len, bs_exim_include *include, void *context);

/* The last statement ends. */
void bs_exim_end(struct bs_exim_conf *conf);

/* The value of NAME='value' in a file as update-exim4.conf.conf, the last one
 * of that name. Returns whether it is there and fits. */
bool bs_exim_setting(const char *text, size_t len, const char *name, char *out,
    size_t size);

/* Takes the next item off a list of hosts, separated by ':', ';' or after
 * "<;" by what that names. Returns false at the end. A part of an IPv6 address
 * is not an item: "::" in a list separated by ':' stands for ':'. */
bool bs_exim_item(const char **list, char *separator, char *out, size_t size);

#endif
