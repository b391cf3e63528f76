/* The records of a tree as one list of networks, addresses of hosts asked. */
#ifndef BS_CLI_SPF_FLATTEN_H
#define BS_CLI_SPF_FLATTEN_H

#include <stdbool.h>
#include <stddef.h>

#include "common/cli/spf/texts.h"
#include "common/cli/spf/tree.h"
#include "common/spf/lint/flat.h"

/* malloc()ed. */
struct bs_spf_flattened {
	size_t count;
	struct bs_spf_flat_step *steps;
	struct bs_spf_texts open;   /* terms that are no networks: exists, ptr,
				     * macros; as they stand in the list */
	struct bs_spf_texts failed; /* what DNS gave no answer to */
	struct bs_spf_texts broken; /* records that are none or faulty */
	bool is_too_long;	    /* it was cut, and is worth nothing */
};

/* Flattens. Without memory the process ends. */
void bs_spf_flatten(struct bs_spf_tree *tree, struct bs_spf_flattened *out);

void bs_spf_flattened_free(struct bs_spf_flattened *flat);

/* What the records say of an address. */
struct bs_spf_said bs_spf_flattened_say(const struct bs_spf_flattened *flat,
    const struct bs_spf_net *address);

#endif
