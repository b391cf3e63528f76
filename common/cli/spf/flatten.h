/* The records of a tree as one list of networks, addresses of hosts asked. */
#ifndef BS_CLI_SPF_FLATTEN_H
#define BS_CLI_SPF_FLATTEN_H

#include <stdbool.h>
#include <stddef.h>

#include "common/cli/spf/tree.h"
#include "common/spf/lint/flat.h"

/* malloc()ed. */
struct bs_spf_flattened {
	size_t count;
	struct bs_spf_flat_step *steps;
	size_t open_count; /* terms that are no networks: exists, ptr, macros */
	char **open;	   /* as they stand in the list */
	bool has_failed;   /* DNS gave no answer to something */
	bool is_broken;	   /* a record of it is none or faulty */
	bool is_too_long;  /* it was cut, and is worth nothing */
};

/* Flattens. Without memory the process ends. */
void bs_spf_flatten(struct bs_spf_tree *tree, struct bs_spf_flattened *out);

void bs_spf_flattened_free(struct bs_spf_flattened *flat);

#endif
