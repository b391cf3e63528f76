/* What 'backstop spf lint' found: remarks on the records of a tree. */
#ifndef BS_CLI_SPF_LINT_H
#define BS_CLI_SPF_LINT_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/backstop.h"
#include "common/cli/output.h"
#include "common/cli/spf/tree.h"
#include "common/spf/lint/flaws.h"

struct bs_spf_noted {
	size_t place; /* whose record it is about */
	struct bs_spf_remark remark;
};

struct bs_spf_lint {
	struct bs_spf_tree *tree;
	size_t count;
	struct bs_spf_noted *noted; /* the heavy ones first, then by place */
};

/* Adds a remark on a place's record, at a term of it or, for NULL, on the
 * whole. */
void bs_spf_note(struct bs_spf_lint *lint, size_t place,
    const struct bs_spf_term *term, enum bs_spf_flaw flaw, const char *format,
    ...) BS_PRINTF(5, 6);

/* Looks at all of a tree: at its records by themselves, and at what DNS says
 * of the names in them. given is of a record that was not read from DNS: its
 * strings as a TXT record has them, or NULL. */
void bs_spf_note_all(struct bs_spf_lint *lint, const uint8_t *given,
    size_t given_len);

/* What speaks against the names beside a domain's record: hosts and subdomains
 * without one, a wildcard, an answer that is large. */
void bs_spf_note_domain(struct bs_spf_lint *lint);

/* What a term's name has to do with it: hosts without addresses ... */
void bs_spf_note_leaf(struct bs_spf_lint *lint, size_t place,
    const struct bs_spf_leaf *leaf);

/* How many remarks are of a weight; whether any is the flaw. */
unsigned bs_spf_lint_count(const struct bs_spf_lint *lint,
    enum bs_spf_weight weight);
bool bs_spf_lint_has(const struct bs_spf_lint *lint, enum bs_spf_flaw flaw);

/* Show it. */
void bs_spf_lint_print(const struct bs_spf_lint *lint);
void bs_spf_lint_json(const struct bs_spf_lint *lint);

/* "read", "loop" ...: what became of a place, for --json. */
const char *bs_spf_place_word(enum bs_spf_place_state state);

/* The term that led to a place, or its name for the root. Returns out. */
const char *bs_spf_place_title(const struct bs_spf_tree *tree, size_t place,
    char *out, size_t size);

#endif
