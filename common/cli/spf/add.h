/* What 'backstop spf make' has learned, and how a term comes to its record. */
#ifndef BS_CLI_SPF_ADD_H
#define BS_CLI_SPF_ADD_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/backstop.h"
#include "common/cli/spf/lookup.h"
#include "common/cli/spf/talk.h"
#include "common/cli/spf/tree.h"
#include "common/spf/lint/draft.h"
#include "common/spf/lint/net.h"

/* Names with a record of their own that are proposed at the end; their terms;
 * terms that do not fit. */
#define BS_SPF_NAMES 16
#define BS_SPF_NAME_TERMS 1024
#define BS_SPF_UNFIT 16

/* A host of the domain that sends: others look at the name of its HELO. */
struct bs_spf_helo {
	char name[BS_HOST_MAX];
	char terms[BS_SPF_NAME_TERMS]; /* " ip4:192.0.2.1 ip6:..." or " a" */
};

/* A term that would break the limit of look-ups. */
struct bs_spf_unfit {
	char term[BS_SPF_DRAFT_TERM];
	unsigned lookups;
};

struct bs_spf_wizard {
	struct bs_lookup *lookup;
	struct bs_spf_talk talk;
	char domain[BS_HOST_MAX];
	bool signs;	  /* this host signs mail of the domain */
	bool has_present; /* there is a record, or more than one */
	bool is_unknown;  /* DNS did not say whether there is */
	char present_all; /* its all: '-', '~', '?', '+'; '\0': none */
	bool is_less;	  /* something of the present record was left out */
	struct bs_spf_draft draft;
	bool sends;	     /* any mail at all */
	bool receives;	     /* of a domain that does not send */
	const char *all;     /* "?all", "~all" or "-all" */
	const char *reports; /* the mailbox for DMARC's reports */
	char reports_typed[BS_SPF_ANSWER];
	size_t helo_count;
	struct bs_spf_helo helos[BS_SPF_NAMES];
	size_t unfit_count;
	struct bs_spf_unfit unfit[BS_SPF_UNFIT];
};

/* Adds a term, after a question where it is broad, private or has a fault, and
 * shows the record. Returns whether the record has it now. */
bool bs_spf_wizard_add(struct bs_spf_wizard *wizard, const char *term);

/* Whether a term makes a record an error for everybody whom nothing before it
 * matches: no record to include, a faulty one, more than ten MX hosts. */
#define BS_SPF_WHY 320
bool bs_spf_wizard_breaks(struct bs_spf_wizard *wizard, const char *term,
    char why[static BS_SPF_WHY]);

/* Whether by a term everybody passes, of IPv4 or of IPv6. */
bool bs_spf_wizard_is_open(struct bs_spf_wizard *wizard, const char *term);

/* The draft as a record, and with all that it includes; free it. NULL: it is
 * longer than a record may be. */
struct bs_spf_tree *bs_spf_wizard_tree(struct bs_spf_wizard *wizard);

/* Whether the draft lets an address send. */
bool bs_spf_wizard_lets_pass(struct bs_spf_wizard *wizard,
    const struct bs_spf_net *address);

/* Whether DNS gave no answer for the addresses of a host. */
bool bs_spf_wizard_has_failed(struct bs_spf_wizard *wizard, const char *name);

/* Notes a host that sends; only one below the domain has a HELO that is ours to
 * describe. Terms are added to those that it has. */
void bs_spf_wizard_note_helo(struct bs_spf_wizard *wizard, const char *name,
    const char *terms);

/* Whether a name is the domain's own or stands below it. */
bool bs_spf_wizard_is_ours(const struct bs_spf_wizard *wizard,
    const char *name);

#endif
