/* What does not fit into ten look-ups: the ways out. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/cli/output.h"
#include "common/cli/spf/compare.h"
#include "common/cli/spf/fit.h"
#include "common/cli/spf/take.h"
#include "common/spf/lint/advice.h"
#include "common/spf/lint/typed.h"
#include "common/spf/run_state.h"

/* A record with more octets makes answers that some resolvers cannot take. */
#define FLAT_OCTETS_MAX 400

/* Where a leaf's term is in the draft, or BS_SPF_DRAFT_TERMS. */
static size_t
place_of(const struct bs_spf_draft *draft, const struct bs_spf_leaf *leaf)
{
	for (size_t i = 0; i < draft->count; i++)
		if (strlen(draft->terms[i]) == leaf->term.len &&
		    memcmp(draft->terms[i], leaf->term.text, leaf->term.len) ==
			0)
			return i;
	return BS_SPF_DRAFT_TERMS;
}

static unsigned
cost_of(const struct bs_spf_tree *tree, const struct bs_spf_leaf *leaf)
{
	unsigned cost = leaf->cost.lookups;

	if (leaf->place != BS_SPF_NOWHERE)
		cost += tree->places[leaf->place].total.lookups;
	return cost;
}

/* Whether a term finds nothing for some clients: a host that lacks an address
 * of a family, or a macro for those who may not send. What the present record
 * had of the latter has its reason. */
static bool
is_void(const struct bs_spf_wizard *wizard, const struct bs_spf_leaf *leaf)
{
	if (leaf->cost.voids4 > 0 || leaf->cost.voids6 > 0)
		return true;
	return leaf->reached && !leaf->constant &&
	       (leaf->term.kind == BS_SPF_EXISTS ||
		   leaf->term.kind == BS_SPF_A ||
		   leaf->term.kind == BS_SPF_MX) &&
	       place_of(&wizard->draft, leaf) >= wizard->draft.kept;
}

/* Terms with macros that find nothing. */
static unsigned
count_open(const struct bs_spf_wizard *wizard, const struct bs_spf_tree *tree)
{
	const struct bs_spf_place *root = &tree->places[0];
	unsigned count = 0;

	for (size_t i = 0; i < root->leaf_count; i++)
		count += !root->leaves[i].constant &&
			 is_void(wizard, &root->leaves[i]);
	return count;
}

/* Whether the draft keeps the limits; true, too, where it cannot be read. */
static bool
fits(struct bs_spf_wizard *wizard)
{
	struct bs_spf_tree *tree = bs_spf_wizard_tree(wizard);
	const struct bs_spf_cost *total;
	unsigned open;
	bool is_within;

	if (tree == NULL)
		return true;
	total = &tree->places[0].total;
	open = count_open(wizard, tree);
	is_within = total->lookups <= BS_SPF_LOOKUPS_MAX &&
		    total->voids4 + open <= BS_SPF_VOIDS_MAX &&
		    total->voids6 + open <= BS_SPF_VOIDS_MAX;
	bs_spf_tree_free(tree);
	return is_within;
}

static void
show_costs(struct bs_spf_wizard *wizard, const struct bs_spf_tree *tree)
{
	const struct bs_spf_place *root = &tree->places[0];
	const struct bs_spf_cost *total = &root->total;
	unsigned voids =
	    count_open(wizard, tree) +
	    (total->voids4 > total->voids6 ? total->voids4 : total->voids6);
	FILE *out = wizard->talk.out;

	if (total->lookups > BS_SPF_LOOKUPS_MAX)
		bs_print(out,
		    "\nThe record needs %u look-ups. With more than %d "
		    "receivers use none of it\n(permerror), so something has "
		    "to give way.\n",
		    total->lookups, BS_SPF_LOOKUPS_MAX);
	if (voids > BS_SPF_VOIDS_MAX)
		bs_print(out,
		    "\n%u look-ups of the record find nothing for some "
		    "clients. With more than %d receivers\nuse none of it "
		    "(permerror). Hosts without an IPv6 address count for "
		    "clients with one,\nso all but %d such hosts have to "
		    "become addresses.\n",
		    voids, BS_SPF_VOIDS_MAX, BS_SPF_VOIDS_MAX);
	fputs("Look-ups go to:\n", out);
	for (size_t i = 0; i < root->leaf_count; i++)
		if (root->leaves[i].cost.lookups > 0)
			bs_print(out, "  %2u  %.*s\n",
			    cost_of(tree, &root->leaves[i]),
			    (int)root->leaves[i].term.len,
			    root->leaves[i].term.text);
}

/* Adds the networks of the changes as terms. */
static bool
add_networks(struct bs_spf_draft *draft, const struct bs_spf_comparison *all)
{
	char net[BS_SPF_NET_TEXT];
	char term[BS_SPF_NET_TEXT + 8];

	for (size_t i = 0; i < all->count; i++) {
		const struct bs_spf_change *change = &all->changes[i];

		if (!bs_spf_change_is_certain(change) || change->is_rest ||
		    change->net.prefix == 0 || change->to.result != BS_SPF_PASS)
			return false;
		snprintf(term, sizeof(term), "%s:%s",
		    change->net.is_ip6 ? "ip6" : "ip4",
		    bs_spf_net_text(&change->net, net));
		if (bs_spf_draft_add(draft, term) < 0)
			return false;
	}
	return all->count > 0;
}

/* Writes the networks that a term lets pass, one draft. Returns false where
 * they cannot be told, or are too many for a record. */
static bool
flatten(struct bs_spf_wizard *wizard, const char *term,
    struct bs_spf_draft *out)
{
	static const char none[] = "v=spf1 -all";
	char record[BS_SPF_RECORD_MAX];
	struct bs_spf_comparison all;
	bool ok;

	memset(out, 0, sizeof(*out));
	snprintf(record, sizeof(record), "v=spf1 %s -all", term);
	ok = bs_spf_compare(bs_spf_tree_given(wizard->lookup, wizard->domain,
				none, strlen(none)),
		 bs_spf_tree_given(wizard->lookup, wizard->domain, record,
		     strlen(record)),
		 &all) == 0 &&
	     add_networks(out, &all);
	bs_spf_comparison_free(&all);
	return ok && bs_spf_draft_write(out, "~all", record, sizeof(record)) <
			 FLAT_OCTETS_MAX;
}

/* Puts networks in the place of a term. */
static bool
replace(struct bs_spf_wizard *wizard, size_t at,
    const struct bs_spf_draft *networks)
{
	/* too large for a stack */
	static struct bs_spf_draft made;
	bool was_kept = at < wizard->draft.kept;

	made = wizard->draft;
	bs_spf_draft_drop(&made, at);
	for (size_t i = 0; i < networks->count; i++) {
		const char *term = networks->terms[i];

		/* among terms that are kept, what stands before may forbid */
		int rc = was_kept ? bs_spf_draft_keep(&made, at, term)
				  : bs_spf_draft_add(&made, term);

		if (rc < 0)
			return false;
		at += was_kept && rc == 0;
	}
	wizard->draft = made;
	return true;
}

/* Asks whether a term may become its networks. */
static void
ask_flat(struct bs_spf_wizard *wizard, const char *term, unsigned cost,
    bool is_service)
{
	static struct bs_spf_draft networks;
	char question[BS_SPF_DRAFT_TERM + 320];
	size_t at = 0;

	if (!flatten(wizard, term, &networks)) {
		if (is_service)
			bs_print(wizard->talk.out,
			    "%s cannot be written as its networks: they are "
			    "too many, or not known.\n",
			    term);
		return;
	}
	if (is_service)
		snprintf(question, sizeof(question),
		    "Write %s as its networks, %zu now? That saves %u "
		    "look-ups, and has a price: when the service sends from "
		    "others, you learn it from failed mail; look each month.",
		    term, networks.count, cost);
	else
		snprintf(question, sizeof(question),
		    "Write %s as its addresses, %zu now? That saves look-ups; "
		    "when they change, change the record.",
		    term, networks.count);
	if (!bs_spf_talk_agrees(&wizard->talk, question, !is_service))
		return;
	while (at < wizard->draft.count &&
	       strcmp(wizard->draft.terms[at], term) != 0)
		at++;
	if (!replace(wizard, at, &networks))
		fputs("There is no room for them.\n", wizard->talk.out);
}

/* Whether a term has a share in what is too much. */
static bool
has_share(const struct bs_spf_place *root, const struct bs_spf_leaf *leaf)
{
	return root->total.lookups > BS_SPF_LOOKUPS_MAX ||
	       leaf->cost.voids4 > 0 || leaf->cost.voids6 > 0;
}

/* Hosts are easily written as their addresses. */
static void
ask_hosts(struct bs_spf_wizard *wizard, const struct bs_spf_tree *tree)
{
	const struct bs_spf_place *root = &tree->places[0];

	for (size_t i = 0; i < root->leaf_count && !fits(wizard); i++) {
		const struct bs_spf_leaf *leaf = &root->leaves[i];
		size_t at = place_of(&wizard->draft, leaf);

		if (leaf->constant && has_share(root, leaf) &&
		    at < wizard->draft.count &&
		    leaf->term.qualifier == BS_SPF_PASS &&
		    (leaf->term.kind == BS_SPF_A ||
			leaf->term.kind == BS_SPF_MX))
			ask_flat(wizard, wizard->draft.terms[at], 1, false);
	}
}

/* What a service's record is made of, if that is more than one. */
static bool
show_parts(struct bs_spf_wizard *wizard, const struct bs_spf_tree *tree,
    const struct bs_spf_leaf *leaf)
{
	const struct bs_spf_place *place = &tree->places[leaf->place];
	unsigned count = 0;

	for (size_t i = 0; i < place->leaf_count; i++)
		count += place->leaves[i].place != BS_SPF_NOWHERE;
	if (count < 2)
		return false;
	bs_print(wizard->talk.out, "%.*s is made of", (int)leaf->term.len,
	    leaf->term.text);
	for (size_t i = 0; i < place->leaf_count; i++)
		if (place->leaves[i].place != BS_SPF_NOWHERE)
			bs_print(wizard->talk.out, " %s (%u)",
			    place->leaves[i].name,
			    cost_of(tree, &place->leaves[i]));
	fputs(".\n", wizard->talk.out);
	return true;
}

/* A narrower include: the part of the service that sends for us. */
static void
ask_narrower(struct bs_spf_wizard *wizard, const struct bs_spf_tree *tree,
    const struct bs_spf_leaf *leaf)
{
	char answer[BS_SPF_ANSWER];
	size_t at;

	if (!show_parts(wizard, tree, leaf))
		return;
	bs_spf_talk_ask(&wizard->talk,
	    "If the service told you that one of them is enough, type its name "
	    "(Enter: no):",
	    answer);
	if (answer[0] == '\0' || bs_spf_typed_agrees(answer) != '\0' ||
	    !bs_spf_wizard_take(wizard, answer, true))
		return;
	at = place_of(&wizard->draft, leaf);
	bs_spf_draft_drop(&wizard->draft, at);
}

static void
ask_services(struct bs_spf_wizard *wizard, const struct bs_spf_tree *tree)
{
	const struct bs_spf_place *root = &tree->places[0];

	for (size_t i = 0; i < root->leaf_count && !fits(wizard); i++) {
		const struct bs_spf_leaf *leaf = &root->leaves[i];
		char term[BS_SPF_TERM_MAX + 1];

		if (leaf->term.kind != BS_SPF_INCLUDE ||
		    leaf->place == BS_SPF_NOWHERE ||
		    leaf->term.qualifier != BS_SPF_PASS)
			continue;
		ask_narrower(wizard, tree, leaf);
		if (fits(wizard) ||
		    place_of(&wizard->draft, leaf) >= wizard->draft.count)
			continue;
		snprintf(term, sizeof(term), "%.*s", (int)leaf->term.len,
		    leaf->term.text);
		ask_flat(wizard, term, cost_of(tree, leaf), true);
	}
}

/* Which term to take out: the least that suffices, else the dearest; one that
 * finds nothing first. */
static const struct bs_spf_leaf *
choose(const struct bs_spf_wizard *wizard, const struct bs_spf_tree *tree)
{
	const struct bs_spf_place *root = &tree->places[0];
	const struct bs_spf_leaf *chosen = NULL;
	unsigned over = root->total.lookups > BS_SPF_LOOKUPS_MAX
			    ? root->total.lookups - BS_SPF_LOOKUPS_MAX
			    : 0;
	unsigned best = 0;

	for (size_t i = 0; i < root->leaf_count; i++) {
		const struct bs_spf_leaf *leaf = &root->leaves[i];
		unsigned cost = cost_of(tree, leaf);

		if (cost == 0)
			continue;
		if (over == 0 && is_void(wizard, leaf))
			return leaf;
		if (chosen == NULL ||
		    (best < over ? cost > best : cost >= over && cost < best)) {
			chosen = leaf;
			best = cost;
		}
	}
	return chosen;
}

/* Takes a term out. Returns false where there is none. */
static bool
set_aside(struct bs_spf_wizard *wizard, const struct bs_spf_tree *tree)
{
	const struct bs_spf_leaf *leaf = choose(wizard, tree);
	struct bs_spf_unfit *unfit;
	size_t at =
	    leaf == NULL ? BS_SPF_DRAFT_TERMS : place_of(&wizard->draft, leaf);

	if (at >= wizard->draft.count || wizard->unfit_count == BS_SPF_UNFIT)
		return false;
	unfit = &wizard->unfit[wizard->unfit_count++];
	memcpy(unfit->term, wizard->draft.terms[at], sizeof(unfit->term));
	unfit->lookups = cost_of(tree, leaf);
	bs_print(wizard->talk.out, "%s does not fit, and is left out.\n",
	    unfit->term);
	bs_spf_draft_drop(&wizard->draft, at);
	wizard->is_less = true;
	return true;
}

void
bs_spf_wizard_fit(struct bs_spf_wizard *wizard)
{
	struct bs_spf_tree *tree;
	bool more = true;

	if (fits(wizard) || (tree = bs_spf_wizard_tree(wizard)) == NULL)
		return;
	show_costs(wizard, tree);
	ask_hosts(wizard, tree);
	ask_services(wizard, tree);
	bs_spf_tree_free(tree);
	while (more && !fits(wizard) &&
	       (tree = bs_spf_wizard_tree(wizard)) != NULL) {
		more = set_aside(wizard, tree);
		bs_spf_tree_free(tree);
	}
}
