/* A term for the record that 'backstop spf make' writes: looked at, asked
 * about, added, shown. */
#ifndef BS_CLI_SPF_ADD_H
#define BS_CLI_SPF_ADD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "common/base/backstop.h"
#include "common/cli/spf/lookup.h"
#include "common/spf/lint/draft.h"

/* Octets of an answer with its NUL. */
#define BS_SPF_ANSWER 512

/* Names with a record of their own that are proposed at the end. */
#define BS_SPF_NAMES 16

struct bs_spf_wizard {
	struct bs_lookup *lookup;
	FILE *talk; /* where it asks */
	char domain[BS_HOST_MAX];
	struct bs_spf_draft draft;
	bool sends;	 /* any mail at all */
	const char *all; /* "?all", "~all" or "-all" */
	size_t helo_count;
	char helos[BS_SPF_NAMES][BS_HOST_MAX]; /* hosts of the domain */
	bool ended;			       /* there are no more answers */
};

/* Asks, and reads a line without spaces around it. At the end of the input it
 * is empty. */
const char *bs_spf_wizard_ask(struct bs_spf_wizard *wizard,
    const char *question, char out[static BS_SPF_ANSWER]);

/* Asks for yes or no; an empty line is what is the default. */
bool bs_spf_wizard_agrees(struct bs_spf_wizard *wizard, const char *question,
    bool is_default);

/* Adds a term, after a question where it is broad, private or over the limit
 * of lookups, and shows the record. Returns whether it was added. */
bool bs_spf_wizard_add(struct bs_spf_wizard *wizard, const char *term);

#endif
