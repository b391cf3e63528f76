/* The records of a tree as one list of networks, addresses of hosts asked. */
#include <stdarg.h>
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

/* Notes a text, once. Returns it as it is kept. */
static const char *BS_PRINTF(2, 3)
    note(struct bs_spf_texts *texts, const char *format, ...)
{
	char text[BS_SPF_TERM_MAX + 2 * BS_HOST_MAX];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	return bs_spf_texts_add(texts, text);
}

/* A question to DNS that failed; family as in the step. */
static void
add_failed(struct work *work, const char *what, const char *name,
    unsigned family)
{
	note(&work->out->failed, "%s of %s", what, name);
	add_step(work, BS_SPF_FLAT_BROKEN, BS_SPF_TEMPERROR)->family = family;
}

static void
add_lookup(struct work *work)
{
	add_step(work, BS_SPF_FLAT_LOOKUP, BS_SPF_PERMERROR);
}

/* A name that cannot be asked for is no void look-up. */
static void
add_void(struct work *work, const struct bs_dns_answer *answer,
    const char *name, unsigned family)
{
	if (answer->status != BS_DNS_FOUND && bs_dns_is_name(name))
		add_step(work, BS_SPF_FLAT_VOID, BS_SPF_PERMERROR)->family =
		    family;
}

/* A term that cannot be written as networks. Its text names its domain where
 * that matters. */
static void
add_open(struct work *work, const struct bs_spf_place *place,
    const struct bs_spf_leaf *leaf)
{
	const struct bs_spf_term *term = &leaf->term;
	struct bs_spf_flat_step *step;
	size_t sign = strchr("+-~?", term->text[0]) != NULL;
	const char *text =
	    note(&work->out->open, "%.*s%s%s", (int)(term->len - sign),
		term->text + sign, term->domain == NULL ? ":" : "",
		term->domain == NULL ? place->name : "");

	step = add_step(work, BS_SPF_FLAT_OPEN, term->qualifier);
	step->text = text;
	switch (term->kind) {
	case BS_SPF_INCLUDE:
	case BS_SPF_REDIRECT:
		step->more_lookups = BS_SPF_LOOKUPS_MAX;
		step->more_voids = BS_SPF_VOIDS_MAX + 1;
		break;
	case BS_SPF_MX:
		step->more_voids = BS_SPF_VOIDS_MAX + 1;
		break;
	case BS_SPF_A:
	case BS_SPF_EXISTS:
		step->more_voids = 1;
		break;
	default: /* a ptr counts no void look-up (RFC 7208 §5.5) */
		break;
	}
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

/* What DNS has for a name; NULL for a name that cannot be asked for. */
static const struct bs_dns_answer *
ask(struct work *work, const char *name, enum bs_dns_type type)
{
	return bs_dns_is_name(name)
		   ? bs_lookup_ask(work->tree->lookup, name, type)
		   : NULL;
}

/* The addresses of a host as networks of the term's size. */
static void
add_addresses(struct work *work, const struct bs_spf_term *term,
    const char *name, unsigned family)
{
	bool is_ip6 = family == 6;
	const struct bs_dns_answer *answer =
	    ask(work, name, is_ip6 ? BS_DNS_AAAA : BS_DNS_A);
	const uint8_t *at = NULL;
	size_t len;

	if (answer == NULL)
		return;
	if (answer->status == BS_DNS_FAILED) {
		add_failed(work, is_ip6 ? "AAAA" : "A", name, family);
		return;
	}
	add_void(work, answer, name, family);
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
	add_addresses(work, term, name, 4);
	add_addresses(work, term, name, 6);
}

static void
add_mx(struct work *work, const struct bs_spf_term *term, const char *name)
{
	const struct bs_dns_answer *answer = ask(work, name, BS_DNS_MX);
	char host[BS_HOST_MAX];

	if (answer == NULL)
		return;
	if (answer->status == BS_DNS_FAILED) {
		add_failed(work, "MX", name, 0);
		return;
	}
	add_void(work, answer, name, 0);
	if (answer->count > BS_SPF_NAMES_MAX) {
		note(&work->out->broken, "%s has more than %d MX records", name,
		    BS_SPF_NAMES_MAX);
		add_step(work, BS_SPF_FLAT_BROKEN, BS_SPF_PERMERROR);
		return;
	}
	for (unsigned n = 0; bs_dns_answer_name(answer, n, host); n++)
		add_host(work, term, host);
}

/* It asks for A whatever the client is, and any address will do. */
static void
add_exists(struct work *work, const struct bs_spf_term *term, const char *name)
{
	const struct bs_dns_answer *answer = ask(work, name, BS_DNS_A);

	if (answer == NULL)
		return;
	if (answer->status == BS_DNS_FAILED)
		add_failed(work, "A", name, 0);
	else if (answer->status == BS_DNS_FOUND)
		add_step(work, BS_SPF_FLAT_ALL, term->qualifier);
	else
		add_void(work, answer, name, 0);
}

/* A term that leads to no other record. */
static void
add_leaf(struct work *work, const struct bs_spf_place *place,
    const struct bs_spf_leaf *leaf)
{
	const struct bs_spf_term *term = &leaf->term;
	struct bs_spf_net net;

	if (bs_spf_term_net(term, &net)) {
		add_net(work, term, &net);
		return;
	}
	if (term->kind == BS_SPF_ALL)
		add_step(work, BS_SPF_FLAT_ALL, term->qualifier);
	if (!bs_spf_term_asks_dns(term))
		return;
	add_lookup(work);
	if (leaf->constant && leaf->name[0] == '\0') {
		note(&work->out->broken, "a macro of %.*s cannot be expanded",
		    (int)term->len, term->text);
		add_step(work, BS_SPF_FLAT_BROKEN, BS_SPF_PERMERROR);
	} else if (term->kind == BS_SPF_A && leaf->constant) {
		add_host(work, term, leaf->name);
	} else if (term->kind == BS_SPF_MX && leaf->constant) {
		add_mx(work, term, leaf->name);
	} else if (term->kind == BS_SPF_EXISTS && leaf->constant) {
		add_exists(work, term, leaf->name);
	} else {
		add_open(work, place, leaf);
	}
}

/* Adds a record that cannot be used, and why. */
static void BS_PRINTF(3, 4) add_broken(struct work *work,
    enum bs_spf_result result, const char *format, ...)
{
	char text[BS_HOST_MAX + 160];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	note(&work->out->broken, "%s", text);
	add_step(work, BS_SPF_FLAT_BROKEN, result);
}

static const char *
name_of(const struct bs_spf_place *place)
{
	return place->name[0] == '\0' ? "the record" : place->name;
}

static void
add_faulty(struct work *work, const struct bs_spf_place *place)
{
	if (place->fault.too_long || place->len > BS_SPF_RECORD_MAX) {
		note(&work->out->failed,
		    "all of the record of %s, which is "
		    "longer than we read",
		    name_of(place));
		add_step(work, BS_SPF_FLAT_BROKEN, BS_SPF_TEMPERROR);
		return;
	}
	add_broken(work, BS_SPF_PERMERROR, "%s, column %zu: %s", name_of(place),
	    place->fault.column + 1, place->fault.text);
}

/* Adds what stands for a record that cannot be read. Returns false for one that
 * can. */
static bool
is_broken(struct work *work, const struct bs_spf_place *place)
{
	switch (place->state) {
	case BS_SPF_PLACE_READ:
		if (place->len <= BS_SPF_RECORD_MAX)
			return false;
		add_faulty(work, place);
		return true;
	case BS_SPF_PLACE_FAULTY:
		add_faulty(work, place);
		return true;
	case BS_SPF_PLACE_FAILED:
		add_failed(work, "TXT", place->name, 0);
		return true;
	case BS_SPF_PLACE_NO_NAME:
	case BS_SPF_PLACE_EMPTY:
		/* of what is included it is a permerror (RFC 7208 §5.2) */
		add_broken(work,
		    place->parent == BS_SPF_NOWHERE ? BS_SPF_NONE
						    : BS_SPF_PERMERROR,
		    "%s has no SPF record", name_of(place));
		return true;
	case BS_SPF_PLACE_SEVERAL:
		add_broken(work, BS_SPF_PERMERROR,
		    "%s has more than one SPF record", name_of(place));
		return true;
	case BS_SPF_PLACE_LOOP:
		add_broken(work, BS_SPF_PERMERROR,
		    "%s includes itself, through others or not",
		    name_of(place));
		return true;
	default: /* behind the limit of look-ups */
		add_step(work, BS_SPF_FLAT_BROKEN, BS_SPF_PERMERROR);
		return true;
	}
}

/* Goes into the record that a term names. */
static void
enter(struct work *work, const struct bs_spf_leaf *leaf, struct level *level)
{
	add_lookup(work);
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
	bs_spf_texts_free(&flat->open);
	bs_spf_texts_free(&flat->failed);
	bs_spf_texts_free(&flat->broken);
	free(flat->steps);
}

struct bs_spf_said
bs_spf_flattened_say(const struct bs_spf_flattened *flat,
    const struct bs_spf_net *address)
{
	return bs_spf_flat_say(&(struct bs_spf_flat){flat->steps, flat->count},
	    address->is_ip6, address->address);
}
