/* Two records side by side: who gets another result. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/cli/spf/compare.h"
#include "common/policy/spf_words.h"
#include "common/spf/run_state.h"

static void
keep_change(void *context, const struct bs_spf_change *change)
{
	struct bs_spf_comparison *all = context;

	all->changes =
	    bs_spf_array(all->changes, all->count + 1, sizeof(*all->changes));
	all->changes[all->count++] = *change;
}

int
bs_spf_compare(struct bs_spf_tree *from, struct bs_spf_tree *to,
    struct bs_spf_comparison *out)
{
	const struct bs_spf_flattened *old = &out->sides[0].flat;
	const struct bs_spf_flattened *new = &out->sides[1].flat;
	struct bs_spf_edge *edges;
	size_t room;
	int rc;

	memset(out, 0, sizeof(*out));
	out->sides[0].tree = from;
	out->sides[1].tree = to;
	for (size_t i = 0; i < 2; i++)
		bs_spf_flatten(out->sides[i].tree, &out->sides[i].flat);
	if (old->is_too_long || new->is_too_long)
		return -EMSGSIZE;
	room = 2 * (old->count + new->count) + 2;
	edges = bs_spf_array(NULL, room, sizeof(*edges));
	rc = bs_spf_flat_compare(&(struct bs_spf_flat){old->steps, old->count},
	    &(struct bs_spf_flat){new->steps, new->count}, edges, room,
	    keep_change, out);
	free(edges);
	return rc;
}

void
bs_spf_comparison_free(struct bs_spf_comparison *all)
{
	free(all->changes);
	for (size_t i = 0; i < 2; i++) {
		bs_spf_flattened_free(&all->sides[i].flat);
		bs_spf_tree_free(all->sides[i].tree);
	}
}

bool
bs_spf_change_is_certain(const struct bs_spf_change *change)
{
	return change->from.result != BS_SPF_TEMPERROR &&
	       change->to.result != BS_SPF_TEMPERROR &&
	       change->from.open == 0 && change->to.open == 0;
}

const char *
bs_spf_said_text(const struct bs_spf_said *said,
    char out[static BS_SPF_SAID_TEXT])
{
	const char *name = said->result == BS_SPF_TEMPERROR
			       ? "not known"
			       : bs_spf_result_name(said->result);

	switch (said->limit) {
	case BS_SPF_LIMIT_LOOKUPS:
		snprintf(out, BS_SPF_SAID_TEXT, "%s (more than %d look-ups)",
		    name, BS_SPF_LOOKUPS_MAX);
		break;
	case BS_SPF_LIMIT_VOIDS:
		snprintf(out, BS_SPF_SAID_TEXT,
		    "%s (more than %d void look-ups)", name, BS_SPF_VOIDS_MAX);
		break;
	default:
		snprintf(out, BS_SPF_SAID_TEXT, "%s", name);
	}
	return out;
}
