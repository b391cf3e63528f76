/* What is wrong with SPF records and with what they include. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/cli/spf/flatten.h"
#include "common/cli/spf/lint_dns.h"
#include "common/cli/spf/lint_tree.h"
#include "common/base/ascii.h"
#include "common/spf/lint/advice.h"
#include "common/spf/run_state.h"

/* Terms that ask DNS from which on there is little left. */
#define LOOKUPS_MANY 8

/* The context of hear(). */
struct hearing {
	struct bs_spf_lint *lint;
	size_t place;
	bool is_ours;
};

/* Of somebody else's record only what it lets pass matters to us. The rest is
 * not ours to mend, and that it has a fault is said where it is included. */
static bool
matters(const struct hearing *hearing, enum bs_spf_flaw flaw)
{
	return hearing->is_ours || flaw == BS_SPF_PASSES_ALL ||
	       flaw == BS_SPF_USES_PTR;
}

static void
hear(void *context, const struct bs_spf_remark *remark)
{
	const struct hearing *hearing = context;

	if (matters(hearing, remark->flaw))
		bs_spf_note_remark(hearing->lint, hearing->place, remark);
}

/* What became of a record that a term of another names. */
static void
note_child(struct bs_spf_lint *lint, const struct bs_spf_place *place)
{
	const struct bs_spf_place *parent = &lint->tree->places[place->parent];
	const struct bs_spf_term *term = &parent->leaves[place->leaf].term;
	const char *name = place->name;

	switch (place->state) {
	case BS_SPF_PLACE_FAILED:
		bs_spf_note(lint, place->parent, term, BS_SPF_DNS_FAILED,
		    "DNS gives no answer for %.120s: try again, then ask who "
		    "runs it",
		    name);
		break;
	case BS_SPF_PLACE_NO_NAME:
		bs_spf_note(lint, place->parent, term,
		    BS_SPF_NO_INCLUDED_RECORD,
		    "there is no name %.120s, which breaks your record "
		    "(permerror): take it out, or mend the name",
		    name);
		break;
	case BS_SPF_PLACE_EMPTY:
		bs_spf_note(lint, place->parent, term,
		    BS_SPF_NO_INCLUDED_RECORD,
		    "%.120s has no SPF record, which breaks yours (permerror): "
		    "take it out; for a host's addresses write a:",
		    name);
		break;
	case BS_SPF_PLACE_SEVERAL:
		bs_spf_note(lint, place->parent, term, BS_SPF_BROKEN_INCLUDE,
		    "%.120s has several SPF records, which breaks yours "
		    "(permerror): ask who runs it",
		    name);
		break;
	case BS_SPF_PLACE_FAULTY:
		bs_spf_note(lint, place->parent, term, BS_SPF_BROKEN_INCLUDE,
		    "the record of %.60s is faulty, which breaks yours "
		    "(permerror): %.119s",
		    name, place->fault.text);
		break;
	case BS_SPF_PLACE_LOOP:
		bs_spf_note(lint, place->parent, term, BS_SPF_LOOP,
		    "this leads back to %.120s, without an end: take it out",
		    name);
		break;
	default:
		break;
	}
}

/* Whether a name was included before, elsewhere. */
static void
note_again(struct bs_spf_lint *lint, size_t at)
{
	const struct bs_spf_tree *tree = lint->tree;
	const struct bs_spf_place *place = &tree->places[at];
	size_t len = strlen(place->name);

	if (place->state == BS_SPF_PLACE_LOOP)
		return;
	for (size_t i = 1; i < at; i++) {
		const struct bs_spf_place *other = &tree->places[i];

		/* twice in one record is the record's own flaw */
		if (other->parent == place->parent ||
		    strlen(other->name) != len ||
		    !bs_ascii_same(other->name, place->name, len))
			continue;
		bs_spf_note(lint, place->parent,
		    &tree->places[place->parent].leaves[place->leaf].term,
		    BS_SPF_DUPLICATE,
		    "the record of %.80s is included by %.80s, too, and each "
		    "time costs %u lookups",
		    place->name, tree->places[other->parent].name,
		    1 + place->total.lookups);
		return;
	}
}

static void
note_place(struct bs_spf_lint *lint, size_t at)
{
	struct bs_spf_place *place = &lint->tree->places[at];
	struct hearing hearing = {lint, at, at == 0};

	if (at > 0) {
		note_child(lint, place);
		note_again(lint, at);
	}
	if (place->text == NULL || (place->state != BS_SPF_PLACE_READ &&
				       place->state != BS_SPF_PLACE_FAULTY))
		return;
	bs_spf_advise(place->text, place->len, place->name,
	    at == 0 && bs_lookup_signs(lint->tree->lookup, place->name), hear,
	    &hearing);
	for (size_t i = 0; i < place->leaf_count; i++)
		bs_spf_note_leaf(lint, at, &place->leaves[i]);
}

/* RFC 7208 §4.6.4. */
static void
note_limits(struct bs_spf_lint *lint)
{
	const struct bs_spf_cost *total = &lint->tree->places[0].total;
	unsigned voids = total->voids4;
	bool all = voids > BS_SPF_VOIDS_MAX;

	if (total->lookups > BS_SPF_LOOKUPS_MAX)
		bs_spf_note(lint, 0, NULL, BS_SPF_TOO_MANY_LOOKUPS,
		    "%u terms ask DNS, and at %d a check ends (permerror): put "
		    "ip4: and ip6: in the place of a: and mx, take out "
		    "includes that nobody uses",
		    total->lookups, BS_SPF_LOOKUPS_MAX);
	else if (total->lookups >= LOOKUPS_MANY)
		bs_spf_note(lint, 0, NULL, BS_SPF_MANY_LOOKUPS,
		    "%u of %d terms that may ask DNS are used; whoever you "
		    "include may add one any day",
		    total->lookups, BS_SPF_LOOKUPS_MAX);
	if (!all && total->voids6 <= BS_SPF_VOIDS_MAX)
		return;
	bs_spf_note(lint, 0, NULL,
	    all ? BS_SPF_TOO_MANY_VOIDS : BS_SPF_NO_ADDRESS,
	    "%u look-ups find nothing for a client with IPv%d, and at more "
	    "than %d a check ends (permerror): take these names out, or write "
	    "ip4: and ip6: for them",
	    all ? voids : total->voids6, all ? 4 : 6, BS_SPF_VOIDS_MAX);
}

/* The context of miss(). */
struct family {
	bool is_ip6;
	bool has_net; /* some network of the family is listed */
	bool misses;  /* somebody does not pass */
};

/* Whether mail may come from a network: of IPv6 2000::/3 alone is handed out,
 * and of IPv4 what is not reserved. */
static bool
is_public(const struct bs_spf_net *net)
{
	static const struct bs_spf_net global = {.is_ip6 = true,
	    .address = {0x20},
	    .prefix = 3};

	if (net->is_ip6)
		return bs_spf_net_has(&global, net) ||
		       bs_spf_net_has(net, &global);
	if (bs_spf_net_reserved(net) != NULL)
		return false;
	/* 224.0.0.0/3 is two that are reserved */
	return net->prefix != 3 || net->address[0] != 224;
}

/* Told of what does not pass. It is enough to let all others pass. */
static void
miss(void *context, const struct bs_spf_change *change)
{
	struct family *family = context;

	if (change->net.is_ip6 == family->is_ip6 &&
	    change->to.result != BS_SPF_PASS && is_public(&change->net))
		family->misses = true;
}

/* Whether all of a family pass, by networks that look harmless one by one. */
static bool
passes_all(const struct bs_spf_flattened *flat, bool is_ip6)
{
	/* as networks, so that what is missing is told by network, too */
	static const struct bs_spf_flat_step everybody[] = {
	    {.kind = BS_SPF_FLAT_NET, .result = BS_SPF_PASS},
	    {.kind = BS_SPF_FLAT_NET,
		.result = BS_SPF_PASS,
		.net = {.is_ip6 = true}},
	};
	const struct bs_spf_flat all = {.steps = everybody, .count = 2};
	const struct bs_spf_flat list = {.steps = flat->steps,
	    .count = flat->count};
	struct family family = {.is_ip6 = is_ip6};
	size_t edge_max = 2 * (flat->count + 2) + 2;
	struct bs_spf_edge *edges =
	    bs_spf_array(NULL, edge_max, sizeof(*edges));

	for (size_t i = 0; i < flat->count; i++)
		family.has_net =
		    family.has_net || (flat->steps[i].kind == BS_SPF_FLAT_NET &&
					  flat->steps[i].net.is_ip6 == is_ip6);
	if (bs_spf_flat_compare(&all, &list, edges, edge_max, miss, &family) !=
	    0)
		family.misses = true;
	free(edges);
	return family.has_net && !family.misses;
}

static void
note_union(struct bs_spf_lint *lint)
{
	struct bs_spf_flattened flat;

	if (bs_spf_lint_has(lint, BS_SPF_PASSES_ALL))
		return;
	bs_spf_flatten(lint->tree, &flat);
	for (int family = 4; !flat.is_too_long && family <= 6; family += 2)
		if (passes_all(&flat, family == 6))
			bs_spf_note(lint, 0, NULL, BS_SPF_PASSES_ALL,
			    "everybody with IPv%d is allowed to send: the "
			    "networks of the record and of what it includes "
			    "are all of it together",
			    family);
	bs_spf_flattened_free(&flat);
}

static int
compare(const void *a, const void *b)
{
	const struct bs_spf_noted *x = a;
	const struct bs_spf_noted *y = b;
	enum bs_spf_weight x_weight = bs_spf_flaw_weight(x->remark.flaw);
	enum bs_spf_weight y_weight = bs_spf_flaw_weight(y->remark.flaw);

	if (x_weight != y_weight)
		return x_weight > y_weight ? -1 : 1;
	if (x->place != y->place)
		return x->place < y->place ? -1 : 1;
	if (x->remark.column != y->remark.column)
		return x->remark.column < y->remark.column ? -1 : 1;
	return (int)x->remark.flaw - (int)y->remark.flaw;
}

void
bs_spf_note_all(struct bs_spf_lint *lint, const uint8_t *given,
    size_t given_len)
{
	struct hearing hearing = {lint, 0, true};

	if (bs_lookup_is_spent(lint->tree->lookup))
		bs_spf_note(lint, 0, NULL, BS_SPF_DNS_FAILED,
		    "the record leads to so many names that not all were "
		    "asked for");
	if (given != NULL)
		bs_spf_advise_strings(given, given_len, hear, &hearing);
	note_limits(lint);
	bs_spf_note_domain(lint);
	for (size_t i = 0; i < lint->tree->count; i++)
		note_place(lint, i);
	note_union(lint);
	if (lint->count > 0)
		qsort(lint->noted, lint->count, sizeof(*lint->noted), compare);
}
