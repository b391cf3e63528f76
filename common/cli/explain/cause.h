/* Why a mail was not delivered, in everyday words. */
#ifndef BS_CLI_EXPLAIN_CAUSE_H
#define BS_CLI_EXPLAIN_CAUSE_H

#include <stdbool.h>

struct bs_explain_cause {
	const char *text;   /* "there is no such mailbox" */
	bool is_on_the_way; /* no host refused it: it did not get there */
	bool is_given_up;   /* time ran out */
};

/* The cause by a status code (RFC 3463) and the diagnostic, or NULL. What the
 * diagnostic says goes before the code: some hosts give codes a meaning of
 * their own. */
const struct bs_explain_cause *bs_explain_cause(const char *status,
    const char *diagnostic);

#endif
