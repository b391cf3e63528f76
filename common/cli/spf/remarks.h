/* The list of remarks on the records of a tree. */
#ifndef BS_CLI_SPF_REMARKS_H
#define BS_CLI_SPF_REMARKS_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/backstop.h"
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

/* Adds a remark that is made already. */
void bs_spf_note_remark(struct bs_spf_lint *lint, size_t place,
    const struct bs_spf_remark *remark);

/* How many remarks are of a weight; whether any is the flaw. */
unsigned bs_spf_lint_count(const struct bs_spf_lint *lint,
    enum bs_spf_weight weight);
bool bs_spf_lint_has(const struct bs_spf_lint *lint, enum bs_spf_flaw flaw);

#endif
