/* An SPF record with all the records that it includes, read from DNS. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "common/cli/output.h"
#include "common/cli/spf/tree.h"
#include "common/spf/run_state.h"
#include "common/base/ascii.h"
#include "common/spf/lint/advice.h"
#include "common/spf/macro.h"

void *
bs_spf_array(void *array, size_t count, size_t size)
{
	void *grown = reallocarray(array, count, size);

	if (grown == NULL && count > 0) {
		bs_complain("out of memory");
		exit(EX_OSERR);
	}
	return grown;
}

char *
bs_spf_answer_text(const uint8_t *record, size_t len, size_t *out_len)
{
	char *text = bs_spf_array(NULL, len + 1, 1);
	int joined = bs_dns_txt_join(record, len, text, len + 1);

	*out_len = joined < 0 ? 0 : (size_t)joined;
	text[*out_len] = '\0';
	return text;
}

static bool
is_same_name(const char *a, const char *b)
{
	size_t len = strlen(a);

	return len == strlen(b) && bs_ascii_same(a, b, len);
}

/* Whether the place's name stands above it. */
static bool
is_loop(const struct bs_spf_tree *tree, const struct bs_spf_place *place)
{
	for (size_t at = place->parent; at != BS_SPF_NOWHERE;
	     at = tree->places[at].parent)
		if (is_same_name(tree->places[at].name, place->name))
			return true;
	return false;
}

/* The name that a term asks for, where it is the same for all. */
static void
name_leaf(const struct bs_spf_place *place, struct bs_spf_leaf *leaf)
{
	const struct bs_spf_term *term = &leaf->term;
	const struct bs_spf_letters letters = {.sender = "",
	    .domain = place->name,
	    .helo = "",
	    .validated = ""};

	if (term->domain == NULL) {
		leaf->constant = place->name[0] != '\0';
		snprintf(leaf->name, sizeof(leaf->name), "%s", place->name);
		return;
	}
	leaf->constant =
	    bs_spf_is_constant(term->domain, term->domain_len) &&
	    (place->name[0] != '\0' ||
		!bs_spf_macro_has(term->domain, term->domain_len, 'd'));
	if (!leaf->constant || bs_spf_macro_domain(term->domain,
				   term->domain_len, &letters, leaf->name) != 0)
		leaf->name[0] = '\0';
}

/* A place for what an include or redirect names. What the limit of look-ups
 * forbids is read for its cost alone, and leaves room for the rest. */
static void
add_child(struct bs_spf_tree *tree, size_t parent, size_t leaf, unsigned before)
{
	struct bs_spf_place *above = &tree->places[parent];
	struct bs_spf_place *place = &tree->places[tree->count];

	if (tree->count >= (before > BS_SPF_LOOKUPS_MAX ? BS_SPF_PLACES_MAX / 2
							: BS_SPF_PLACES_MAX))
		return;
	above->leaves[leaf].place = tree->count++;
	place->parent = parent;
	place->leaf = leaf;
	place->depth = above->depth + 1;
	place->before = before;
	memcpy(place->name, above->leaves[leaf].name, sizeof(place->name));
}

static void
add_leaf(struct bs_spf_place *place, const struct bs_spf_term *term,
    bool reached)
{
	struct bs_spf_leaf *leaf;

	place->leaves = bs_spf_array(place->leaves, place->leaf_count + 1,
	    sizeof(*place->leaves));
	leaf = &place->leaves[place->leaf_count++];
	memset(leaf, 0, sizeof(*leaf));
	leaf->term = *term;
	leaf->reached = reached;
	leaf->place = BS_SPF_NOWHERE;
	if (bs_spf_term_asks_dns(term) || term->kind == BS_SPF_EXP)
		name_leaf(place, leaf);
}

/* A redirect is followed where there is no all, wherever it stands. */
static void
reach_redirect(struct bs_spf_place *place, bool has_all)
{
	for (size_t i = 0; i < place->leaf_count; i++)
		if (place->leaves[i].term.kind == BS_SPF_REDIRECT)
			place->leaves[i].reached = !has_all;
}

static void
read_terms(struct bs_spf_place *place)
{
	struct bs_spf_record record;
	struct bs_spf_fault fault;
	struct bs_spf_term term;
	bool has_all = false;
	int rc;

	bs_spf_record_begin(&record, place->text, place->len);
	while ((rc = bs_spf_record_next(&record, &term, &fault)) != 0) {
		if (rc == BS_SPF_TERM) {
			add_leaf(place, &term, !has_all);
			has_all = has_all || term.kind == BS_SPF_ALL;
		} else if (place->state == BS_SPF_PLACE_READ) {
			place->state = BS_SPF_PLACE_FAULTY;
			place->fault = fault;
		}
	}
	reach_redirect(place, has_all);
}

/* Takes the record out of an answer. */
static void
pick_record(struct bs_spf_place *place)
{
	const uint8_t *at = NULL;
	size_t len;

	place->state = BS_SPF_PLACE_EMPTY;
	while ((at = bs_dns_answer_next(place->answer, at, &len)) != NULL) {
		size_t text_len;
		char *text = bs_spf_answer_text(at, len, &text_len);

		if (!bs_spf_record_is(text, text_len)) {
			free(text);
		} else if (place->text != NULL) {
			place->state = BS_SPF_PLACE_SEVERAL;
			free(text);
		} else {
			place->state = BS_SPF_PLACE_READ;
			place->text = text;
			place->len = text_len;
		}
	}
}

static void
ask(struct bs_spf_tree *tree, struct bs_spf_place *place)
{
	if (is_loop(tree, place)) {
		place->state = BS_SPF_PLACE_LOOP;
		return;
	}
	if (!bs_dns_is_name(place->name)) {
		place->state = BS_SPF_PLACE_NO_NAME;
		return;
	}
	if (place->depth > BS_SPF_PLACES_DEEP) {
		place->state = BS_SPF_PLACE_BEYOND;
		return;
	}
	place->answer = bs_lookup_ask(tree->lookup, place->name, BS_DNS_TXT);
	switch (place->answer->status) {
	case BS_DNS_FOUND:
		pick_record(place);
		break;
	case BS_DNS_NO_DATA:
		place->state = BS_SPF_PLACE_EMPTY;
		break;
	case BS_DNS_NO_NAME:
		place->state = BS_SPF_PLACE_NO_NAME;
		break;
	default:
		place->state = BS_SPF_PLACE_FAILED;
	}
}

/* Reads a place, and makes places for those that it names. */
static void
read_place(struct bs_spf_tree *tree, size_t at)
{
	struct bs_spf_place *place = &tree->places[at];

	unsigned before = place->before;

	if (place->text == NULL)
		ask(tree, place);
	if (place->state != BS_SPF_PLACE_READ)
		return;
	read_terms(place);
	for (size_t i = 0; i < place->leaf_count; i++) {
		const struct bs_spf_leaf *leaf = &place->leaves[i];

		before += leaf->reached && bs_spf_term_asks_dns(&leaf->term);
		if (leaf->reached && leaf->constant &&
		    (leaf->term.kind == BS_SPF_INCLUDE ||
			leaf->term.kind == BS_SPF_REDIRECT))
			add_child(tree, at, i, before);
	}
}

static struct bs_spf_tree *
begin(struct bs_lookup *lookup, const char *domain)
{
	struct bs_spf_tree *tree = bs_spf_array(NULL, 1, sizeof(*tree));

	memset(tree, 0, sizeof(*tree));
	tree->lookup = lookup;
	tree->count = 1;
	tree->places[0].parent = BS_SPF_NOWHERE;
	snprintf(tree->places[0].name, sizeof(tree->places[0].name), "%s",
	    domain);
	return tree;
}

static void
add_cost(struct bs_spf_cost *to, const struct bs_spf_cost *cost)
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

/* Sets what each leaf and place costs (RFC 7208 §4.6.4). */
static void
weigh(struct bs_spf_tree *tree)
{
	for (size_t i = tree->count; i > 0; i--) {
		struct bs_spf_place *place = &tree->places[i - 1];

		memset(&place->total, 0, sizeof(place->total));
		for (size_t n = 0; n < place->leaf_count; n++) {
			struct bs_spf_leaf *leaf = &place->leaves[n];

			weigh_leaf(tree->lookup, leaf);
			add_cost(&place->total, &leaf->cost);
			/* it stands after us in the tree, so its total is known
			 * already */
			if (leaf->place != BS_SPF_NOWHERE)
				add_cost(&place->total,
				    &tree->places[leaf->place].total);
		}
	}
}

static struct bs_spf_tree *
read_all(struct bs_spf_tree *tree)
{
	/* read_place() adds children at the end */
	for (size_t i = 0; i < tree->count; i++)
		read_place(tree, i);
	weigh(tree);
	return tree;
}

struct bs_spf_tree *
bs_spf_tree_read(struct bs_lookup *lookup, const char *domain)
{
	return read_all(begin(lookup, domain));
}

struct bs_spf_tree *
bs_spf_tree_given(struct bs_lookup *lookup, const char *domain,
    const char *text, size_t len)
{
	struct bs_spf_tree *tree = begin(lookup, domain);
	struct bs_spf_place *root = &tree->places[0];

	root->text = bs_spf_array(NULL, len + 1, 1);
	memcpy(root->text, text, len);
	root->text[len] = '\0';
	root->len = len;
	if (!bs_spf_record_is(text, len))
		root->state = BS_SPF_PLACE_EMPTY;
	return read_all(tree);
}

void
bs_spf_tree_free(struct bs_spf_tree *tree)
{
	if (tree == NULL)
		return;
	for (size_t i = 0; i < tree->count; i++) {
		free(tree->places[i].text);
		free(tree->places[i].leaves);
	}
	free(tree);
}
