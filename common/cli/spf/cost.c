/* What an SPF record costs who checks by it (RFC 7208 §4.6.4). */
#include <string.h>

#include "common/cli/spf/tree.h"
#include "common/spf/run.h"

static void
add(struct bs_spf_cost *to, const struct bs_spf_cost *cost)
{
	to->lookups += cost->lookups;
	to->voids4 += cost->voids4;
	to->voids6 += cost->voids6;
}

static bool
is_void(const struct bs_dns_answer *answer)
{
	return answer->status == BS_DNS_NO_DATA ||
	       answer->status == BS_DNS_NO_NAME;
}

/* The addresses of a host, which is asked for those of the client's family
 * alone. */
static void
weigh_host(struct bs_lookup *lookup, const char *name, struct bs_spf_cost *cost)
{
	cost->voids4 += is_void(bs_lookup_ask(lookup, name, BS_DNS_A));
	cost->voids6 += is_void(bs_lookup_ask(lookup, name, BS_DNS_AAAA));
}

static void
weigh_mx(struct bs_lookup *lookup, const char *name, struct bs_spf_cost *cost)
{
	const struct bs_dns_answer *answer =
	    bs_lookup_ask(lookup, name, BS_DNS_MX);
	char host[BS_HOST_MAX];

	if (is_void(answer)) {
		cost->voids4++;
		cost->voids6++;
		return;
	}
	for (unsigned n = 0;
	     n < BS_SPF_NAMES_MAX && bs_dns_answer_name(answer, n, host); n++)
		weigh_host(lookup, host, cost);
}

static void
weigh_leaf(struct bs_lookup *lookup, struct bs_spf_leaf *leaf)
{
	unsigned nothing;

	if (!leaf->reached || !bs_spf_term_asks_dns(&leaf->term))
		return;
	leaf->cost.lookups = 1;
	if (!leaf->constant || !bs_dns_is_name(leaf->name))
		return;
	switch (leaf->term.kind) {
	case BS_SPF_A:
		weigh_host(lookup, leaf->name, &leaf->cost);
		break;
	case BS_SPF_MX:
		weigh_mx(lookup, leaf->name, &leaf->cost);
		break;
	case BS_SPF_EXISTS: /* asks for A whatever the client is */
		nothing = is_void(bs_lookup_ask(lookup, leaf->name, BS_DNS_A));
		leaf->cost.voids4 += nothing;
		leaf->cost.voids6 += nothing;
		break;
	default:
		break;
	}
}

void
bs_spf_tree_weigh(struct bs_spf_tree *tree)
{
	for (size_t i = tree->count; i > 0; i--) {
		struct bs_spf_place *place = &tree->places[i - 1];

		memset(&place->total, 0, sizeof(place->total));
		for (size_t n = 0; n < place->leaf_count; n++) {
			struct bs_spf_leaf *leaf = &place->leaves[n];

			weigh_leaf(tree->lookup, leaf);
			add(&place->total, &leaf->cost);
			/* it came behind us, so its total is known */
			if (leaf->place != BS_SPF_NOWHERE)
				add(&place->total,
				    &tree->places[leaf->place].total);
		}
	}
}
