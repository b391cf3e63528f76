/* The records of a tree as one list of networks, addresses of hosts asked. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/cli/spf/flatten.h"
#include "common/spf/lint/advice.h"
#include "common/spf/run_state.h"

/* Steps that can be compared while somebody waits. */
#define STEPS_MAX 5000

/* A place in a record that is nested in others. */
struct level {
	size_t place;
	size_t leaf; /* the next one */
	size_t step; /* the step that it is within */
};

struct work {
	struct bs_spf_tree *tree;
	struct bs_spf_flattened *out;
};

static struct bs_spf_flat_step *
add_step(struct work *work, enum bs_spf_flat_kind kind,
    enum bs_spf_result result)
{
	struct bs_spf_flattened *out = work->out;
	struct bs_spf_flat_step *step;

	if (out->count == STEPS_MAX) {
		out->is_too_long = true;
		out->count--;
	}
	out->steps =
	    bs_spf_array(out->steps, out->count + 1, sizeof(*out->steps));
	step = &out->steps[out->count++];
	memset(step, 0, sizeof(*step));
	step->kind = kind;
	step->result = result;
	return step;
}

static void
add_broken(struct work *work, enum bs_spf_result result)
{
	if (result == BS_SPF_TEMPERROR)
		work->out->has_failed = true;
	else
		work->out->is_broken = true;
	add_step(work, BS_SPF_FLAT_BROKEN, result);
}

/* A term that cannot be written as networks. Its text names its domain where
 * that matters. */
static void
add_open(struct work *work, const struct bs_spf_place *place,
    const struct bs_spf_leaf *leaf)
{
	struct bs_spf_flattened *out = work->out;
	const struct bs_spf_term *term = &leaf->term;
	size_t sign = strchr("+-~?", term->text[0]) != NULL;
	char text[BS_SPF_TERM_MAX + 2 * BS_HOST_MAX];

	if (term->domain == NULL)
		snprintf(text, sizeof(text), "%.*s:%s", (int)(term->len - sign),
		    term->text + sign, place->name);
	else
		snprintf(text, sizeof(text), "%.*s", (int)(term->len - sign),
		    term->text + sign);
	out->open =
	    bs_spf_array(out->open, out->open_count + 1, sizeof(*out->open));
	out->open[out->open_count] = bs_spf_array(NULL, strlen(text) + 1, 1);
	memcpy(out->open[out->open_count], text, strlen(text) + 1);
	add_step(work, BS_SPF_FLAT_OPEN, term->qualifier)->text =
	    out->open[out->open_count++];
}

static void
add_net(struct work *work, const struct bs_spf_term *term,
    const struct bs_spf_net *net)
{
	struct bs_spf_flat_step *step =
	    add_step(work, BS_SPF_FLAT_NET, term->qualifier);

	step->net = *net;
	(void)bs_spf_net_mask(&step->net);
}

/* The addresses of a host as networks of the term's size. */
static void
add_addresses(struct work *work, const struct bs_spf_term *term,
    const char *name, bool is_ip6)
{
	const struct bs_dns_answer *answer = bs_lookup_ask(work->tree->lookup,
	    name, is_ip6 ? BS_DNS_AAAA : BS_DNS_A);
	const uint8_t *at = NULL;
	size_t len;

	if (answer->status == BS_DNS_FAILED)
		add_broken(work, BS_SPF_TEMPERROR);
	while ((at = bs_dns_answer_next(answer, at, &len)) != NULL) {
		struct bs_spf_net net = {.is_ip6 = is_ip6,
		    .prefix = is_ip6 ? term->prefix6 : term->prefix4};

		if (len != (is_ip6 ? 16 : 4))
			continue;
		memcpy(net.address, at, len);
		add_net(work, term, &net);
	}
}

static void
add_host(struct work *work, const struct bs_spf_term *term, const char *name)
{
	add_addresses(work, term, name, false);
	add_addresses(work, term, name, true);
}

static void
add_mx(struct work *work, const struct bs_spf_term *term, const char *name)
{
	const struct bs_dns_answer *answer =
	    bs_lookup_ask(work->tree->lookup, name, BS_DNS_MX);
	char host[BS_HOST_MAX];

	if (answer->status == BS_DNS_FAILED)
		add_broken(work, BS_SPF_TEMPERROR);
	else if (answer->count > BS_SPF_NAMES_MAX)
		add_broken(work, BS_SPF_PERMERROR);
	else
		for (unsigned n = 0; bs_dns_answer_name(answer, n, host); n++)
			add_host(work, term, host);
}

/* A term that leads to no other record. */
static void
add_leaf(struct work *work, const struct bs_spf_place *place,
    const struct bs_spf_leaf *leaf)
{
	const struct bs_spf_term *term = &leaf->term;
	struct bs_spf_net net;

	if (bs_spf_term_net(term, &net))
		add_net(work, term, &net);
	else if (term->kind == BS_SPF_ALL)
		add_step(work, BS_SPF_FLAT_ALL, term->qualifier);
	else if (term->kind == BS_SPF_A && leaf->constant)
		add_host(work, term, leaf->name);
	else if (term->kind == BS_SPF_MX && leaf->constant)
		add_mx(work, term, leaf->name);
	else if (bs_spf_term_asks_dns(term))
		add_open(work, place, leaf);
}

/* Adds what stands for a record that cannot be read. Returns false for one that
 * can. */
static bool
is_broken(struct work *work, const struct bs_spf_place *place)
{
	switch (place->state) {
	case BS_SPF_PLACE_READ:
		return false;
	case BS_SPF_PLACE_FAILED:
		add_broken(work, BS_SPF_TEMPERROR);
		return true;
	case BS_SPF_PLACE_NO_NAME:
	case BS_SPF_PLACE_EMPTY:
		/* of what is included it is a permerror (RFC 7208 §5.2) */
		add_broken(work, place->parent == BS_SPF_NOWHERE
				     ? BS_SPF_NONE
				     : BS_SPF_PERMERROR);
		return true;
	default:
		add_broken(work, BS_SPF_PERMERROR);
		return true;
	}
}

/* Goes into the record that a term names. */
static void
enter(struct work *work, const struct bs_spf_leaf *leaf, struct level *level)
{
	*level = (struct level){.place = leaf->place, .step = work->out->count};
	add_step(work,
	    leaf->term.kind == BS_SPF_REDIRECT ? BS_SPF_FLAT_REDIRECT
					       : BS_SPF_FLAT_INCLUDE,
	    leaf->term.qualifier);
}

/* The leaf to go on with: a redirect comes last, wherever it stands. */
static const struct bs_spf_leaf *
next_leaf(const struct bs_spf_place *place, struct level *level)
{
	size_t count = place->leaf_count;

	while (level->leaf < 2 * count) {
		size_t at = level->leaf++;
		const struct bs_spf_leaf *leaf =
		    &place->leaves[at >= count ? at - count : at];
		bool is_last = leaf->term.kind == BS_SPF_REDIRECT;

		if (leaf->reached && is_last == (at >= count))
			return leaf;
	}
	return NULL;
}

void
bs_spf_flatten(struct bs_spf_tree *tree, struct bs_spf_flattened *out)
{
	struct work work = {tree, out};
	struct level levels[BS_SPF_PLACES_DEEP + 2] = {{.place = 0}};
	size_t depth = 0;

	memset(out, 0, sizeof(*out));
	if (is_broken(&work, &tree->places[0]))
		return;
	for (;;) {
		struct level *level = &levels[depth];
		const struct bs_spf_place *place = &tree->places[level->place];
		const struct bs_spf_leaf *leaf =
		    place->state == BS_SPF_PLACE_READ ? next_leaf(place, level)
						      : NULL;

		if (out->is_too_long)
			return;
		if (leaf == NULL) {
			if (depth == 0)
				return;
			out->steps[level->step].inner =
			    out->count - level->step - 1;
			depth--;
		} else if (leaf->place == BS_SPF_NOWHERE) {
			add_leaf(&work, place, leaf);
		} else {
			enter(&work, leaf, &levels[++depth]);
			(void)is_broken(&work, &tree->places[leaf->place]);
		}
	}
}

void
bs_spf_flattened_free(struct bs_spf_flattened *flat)
{
	for (size_t i = 0; i < flat->open_count; i++)
		free(flat->open[i]);
	free(flat->open);
	free(flat->steps);
}
