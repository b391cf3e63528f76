/* Two records side by side: who gets another result. */
#ifndef BS_CLI_SPF_COMPARE_H
#define BS_CLI_SPF_COMPARE_H

#include "common/base/backstop.h"
#include "common/cli/spf/flatten.h"

/* One of the two. */
struct bs_spf_side {
	struct bs_spf_tree *tree;
	struct bs_spf_flattened flat;
};

struct bs_spf_comparison {
	struct bs_spf_side sides[2]; /* the old one, the new one */
	size_t count;
	struct bs_spf_change *changes; /* malloc()ed */
};

/* Compares the records of two trees, which it takes over. Free it with
 * bs_spf_comparison_free(), whatever this returns: 0, or -EMSGSIZE where a side
 * has too many networks (its flat.is_too_long). Without memory the process
 * ends. */
BS_MUST_USE int bs_spf_compare(struct bs_spf_tree *from, struct bs_spf_tree *to,
    struct bs_spf_comparison *out);

void bs_spf_comparison_free(struct bs_spf_comparison *all);

/* Whether a change is sure: DNS answered, and no open term comes first. */
bool bs_spf_change_is_certain(const struct bs_spf_change *change);

/* "pass", "permerror (more than 10 terms that ask DNS)", "not known". Returns
 * out. */
#define BS_SPF_SAID_TEXT 64
const char *bs_spf_said_text(const struct bs_spf_said *said,
    char out[static BS_SPF_SAID_TEXT]);

#endif
