/* The record that a domain has, walked term by term for the new one. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "common/cli/output.h"
#include "common/cli/spf/present.h"
#include "common/cli/spf/take.h"
#include "common/spf/lint/advice.h"
#include "common/spf/lint/net.h"
#include "common/spf/lint/provider.h"
#include "common/spf/lint/typed.h"
#include "common/spf/run_state.h"

#define WHAT_OCTETS 320
#define TERM_OCTETS (BS_SPF_TERM_MAX + 16)

/* The walk through one record. */
struct walk {
	struct bs_spf_wizard *wizard;
	const struct bs_spf_tree *tree;
	bool keeps_all; /* nothing more is asked */
};

/* A record that DNS gave no answer for: that of the place, or one that it
 * includes. */
static const struct bs_spf_place *
find_failed(const struct bs_spf_tree *tree, size_t place)
{
	for (size_t i = place; i < tree->count; i++) {
		size_t at = i;

		if (tree->places[i].state != BS_SPF_PLACE_FAILED)
			continue;
		while (at != place && at != BS_SPF_NOWHERE)
			at = tree->places[at].parent;
		if (at == place)
			return &tree->places[i];
	}
	return NULL;
}

static void
describe_include(const struct walk *walk, const struct bs_spf_leaf *leaf,
    char out[static WHAT_OCTETS])
{
	const struct bs_spf_provider *provider =
	    bs_spf_provider_of_include(leaf->name);
	const struct bs_spf_place *failed;
	const struct bs_spf_place *place;
	unsigned lookups;

	if (leaf->place == BS_SPF_NOWHERE) {
		snprintf(out, WHAT_OCTETS,
		    "1 look-up, and what its macros lead to");
		return;
	}
	if ((failed = find_failed(walk->tree, leaf->place)) != NULL) {
		snprintf(out, WHAT_OCTETS,
		    "DNS gives no answer for %.200s: whom it lets send is not "
		    "known",
		    failed->name);
		return;
	}
	place = &walk->tree->places[leaf->place];
	lookups = 1 + place->total.lookups;
	snprintf(out, WHAT_OCTETS, "%u look-up%s%s%s%s", lookups,
	    lookups == 1 ? "" : "s", provider == NULL ? "" : ", ",
	    provider == NULL ? "" : provider->name,
	    leaf->term.kind == BS_SPF_REDIRECT
		? "; it becomes an include, with an end of its own"
		: "");
}

static void
describe_net(const struct bs_spf_net *net, char out[static WHAT_OCTETS])
{
	const char *reserved = bs_spf_net_reserved(net);

	if (reserved != NULL)
		snprintf(out, WHAT_OCTETS, "%s; it lets nobody send", reserved);
	else if (bs_spf_net_is_wide(net))
		snprintf(out, WHAT_OCTETS,
		    "broad: all its hosts can send as you");
}

/* What a term is, in a few words. Returns whether it is to be kept by one who
 * only types Enter. */
static bool
describe(const struct walk *walk, const struct bs_spf_leaf *leaf,
    char out[static WHAT_OCTETS])
{
	const struct bs_spf_term *term = &leaf->term;
	struct bs_spf_net net;

	out[0] = '\0';
	if (!leaf->reached && term->kind != BS_SPF_EXP &&
	    term->kind != BS_SPF_UNKNOWN) {
		snprintf(out, WHAT_OCTETS,
		    "an all ends the record before it, so it never counted");
		return false;
	}
	if (bs_spf_term_net(term, &net)) {
		(void)bs_spf_net_mask(&net);
		describe_net(&net, out);
		return net.prefix > 0;
	}
	switch (term->kind) {
	case BS_SPF_INCLUDE:
	case BS_SPF_REDIRECT:
		describe_include(walk, leaf, out);
		return true;
	case BS_SPF_PTR:
		snprintf(out, WHAT_OCTETS,
		    "1 look-up; slow, and not to be used (RFC 7208, 5.5)");
		return true;
	case BS_SPF_A:
	case BS_SPF_MX:
		if (term->kind == BS_SPF_A && leaf->constant &&
		    bs_spf_wizard_has_failed(walk->wizard, leaf->name)) {
			snprintf(out, WHAT_OCTETS,
			    "DNS gives no answer for %.200s", leaf->name);
			return true;
		}
		if (leaf->cost.voids4 > 0 && leaf->cost.voids6 > 0) {
			snprintf(out, WHAT_OCTETS,
			    "%.200s has no address any more", leaf->name);
			return false;
		}
		break;
	default:
		break;
	}
	if (bs_spf_term_asks_dns(term))
		snprintf(out, WHAT_OCTETS, "1 look-up");
	return true;
}

/* A term as it is to stand; a redirect as an include, for a record that has an
 * end of its own. */
static void
write_term(const struct bs_spf_term *term, char out[static TERM_OCTETS])
{
	if (term->kind == BS_SPF_REDIRECT)
		snprintf(out, TERM_OCTETS, "include:%.*s",
		    (int)term->domain_len, term->domain);
	else
		snprintf(out, TERM_OCTETS, "%.*s", (int)term->len, term->text);
}

static void
keep(struct walk *walk, const char *text)
{
	struct bs_spf_draft *draft = &walk->wizard->draft;

	if (bs_spf_draft_keep(draft, draft->kept, text) < 0) {
		bs_print(walk->wizard->talk.out,
		    "Not kept, as there is no room for it: %s\n", text);
		walk->wizard->is_less = true;
	}
}

/* Whether a term breaks all of the record; it is not kept then. */
static bool
breaks(struct walk *walk, const struct bs_spf_leaf *leaf, const char *term)
{
	char why[BS_SPF_WHY];

	if (!leaf->reached || !bs_spf_term_asks_dns(&leaf->term) ||
	    !bs_spf_wizard_breaks(walk->wizard, term, why))
		return false;
	bs_print(walk->wizard->talk.out,
	    "%.*s is dropped: %s, which makes every check of yours an error "
	    "(permerror).\n",
	    (int)leaf->term.len, leaf->term.text, why);
	walk->wizard->is_less = true;
	return true;
}

static void
ask_leaf(struct walk *walk, const struct bs_spf_leaf *leaf)
{
	char what[WHAT_OCTETS];
	char term[TERM_OCTETS];
	char question[sizeof(term) + sizeof(what) + 32];
	bool is_default = describe(walk, leaf, what);
	char said = 'a';

	write_term(&leaf->term, term);
	if (breaks(walk, leaf, term))
		return;
	if (leaf->reached && leaf->term.qualifier == BS_SPF_PASS &&
	    bs_spf_wizard_is_open(walk->wizard, term)) {
		snprintf(what, sizeof(what), "it lets everybody send as you");
		is_default = false;
	}
	snprintf(question, sizeof(question), "keep %.*s ?%s%s%s",
	    (int)leaf->term.len, leaf->term.text, what[0] == '\0' ? "" : " ",
	    what, what[0] == '\0' ? "" : ".");
	if (!walk->keeps_all || !is_default)
		said = bs_spf_talk_agrees_or_all(&walk->wizard->talk, question,
		    is_default);
	if (said == 'a')
		walk->keeps_all = true;
	if (said == 'n')
		walk->wizard->is_less = true;
	else
		keep(walk, term);
}

/* The sign of an all of a place, or of what it redirects to; '\0': none. */
static char
sign_of_all(const struct bs_spf_tree *tree, size_t at)
{
	static const char signs[BS_SPF_RESULTS] = {[BS_SPF_FAIL] = '-',
	    [BS_SPF_SOFTFAIL] = '~',
	    [BS_SPF_NEUTRAL] = '?',
	    [BS_SPF_PASS] = '+'};

	for (unsigned depth = 0; depth < BS_SPF_PLACES_DEEP; depth++) {
		const struct bs_spf_place *place = &tree->places[at];
		size_t next = BS_SPF_NOWHERE;

		for (size_t i = 0; i < place->leaf_count; i++) {
			const struct bs_spf_leaf *leaf = &place->leaves[i];

			if (leaf->term.kind == BS_SPF_ALL)
				return signs[leaf->term.qualifier];
			if (leaf->term.kind == BS_SPF_REDIRECT)
				next = leaf->place;
		}
		if (next == BS_SPF_NOWHERE)
			return '\0';
		at = next;
	}
	return '\0';
}

/* A term that breaks the record: the fault is told, and what was meant asked
 * for. */
static void
ask_fault(struct bs_spf_wizard *wizard, const struct bs_spf_place *place,
    const struct bs_spf_fault *fault)
{
	char answer[BS_SPF_ANSWER];
	size_t from = fault->column < place->len ? fault->column : place->len;
	size_t to = from;

	while (from > 0 && place->text[from - 1] != ' ')
		from--;
	while (to < place->len && place->text[to] != ' ')
		to++;
	bs_print(wizard->talk.out, "broken: %.*s\n  %s\n", (int)(to - from),
	    place->text + from, fault->text);
	if (bs_spf_talk_ask(&wizard->talk,
		"What was meant? A term, address, host or include (Enter: "
		"nothing):",
		answer)[0] != '\0' &&
	    bs_spf_typed_agrees(answer) == '\0')
		(void)bs_spf_wizard_take(wizard, answer, true);
}

static void
ask_faults(struct bs_spf_wizard *wizard, const struct bs_spf_place *place)
{
	struct bs_spf_record record;
	struct bs_spf_fault fault = {0};
	struct bs_spf_term term;
	int rc;

	bs_spf_record_begin(&record, place->text, place->len);
	while ((rc = bs_spf_record_next(&record, &term, &fault)) != 0)
		if (rc != BS_SPF_TERM)
			ask_fault(wizard, place, &fault);
}

/* Of several records the mildest end is remembered. */
static void
note_all(struct bs_spf_wizard *wizard, char sign)
{
	static const char order[] = "-~?+";
	const char *old = strchr(order, wizard->present_all);
	const char *new = strchr(order, sign);

	if (sign != '\0' && (wizard->present_all == '\0' || new > old))
		wizard->present_all = sign;
}

static void
walk_record(struct bs_spf_wizard *wizard, const char *text, size_t len)
{
	struct bs_spf_tree *tree =
	    bs_spf_tree_given(wizard->lookup, wizard->domain, text, len);
	const struct bs_spf_place *root = &tree->places[0];
	struct walk walk = {.wizard = wizard, .tree = tree};

	/* what was void by a fault has not been tried as it will be */
	if (root->total.lookups > BS_SPF_LOOKUPS_MAX ||
	    root->state == BS_SPF_PLACE_FAULTY)
		wizard->is_less = true;
	if (root->total.lookups > BS_SPF_LOOKUPS_MAX)
		bs_print(wizard->talk.out,
		    "It needs %u look-ups, and with more than %d receivers use "
		    "none of it (permerror).\n",
		    root->total.lookups, BS_SPF_LOOKUPS_MAX);
	note_all(wizard, sign_of_all(tree, 0));
	for (size_t i = 0; i < root->leaf_count; i++)
		if (root->leaves[i].term.kind != BS_SPF_ALL)
			ask_leaf(&walk, &root->leaves[i]);
	if (root->state == BS_SPF_PLACE_FAULTY)
		ask_faults(wizard, root);
	if (sign_of_all(tree, 0) == '+')
		fputs("Its +all lets everybody send as you: it is not kept.\n",
		    wizard->talk.out);
	bs_spf_tree_free(tree);
}

/* Calls for each SPF record of the domain. Returns how many there are. */
static unsigned
each_record(struct bs_spf_wizard *wizard,
    void (*call)(struct bs_spf_wizard *wizard, const char *text, size_t len))
{
	const struct bs_dns_answer *answer =
	    bs_lookup_ask(wizard->lookup, wizard->domain, BS_DNS_TXT);
	const uint8_t *at = NULL;
	unsigned count = 0;
	size_t len;

	while ((at = bs_dns_answer_next(answer, at, &len)) != NULL) {
		size_t text_len;
		char *text = bs_spf_answer_text(at, len, &text_len);

		if (bs_spf_record_is(text, text_len)) {
			count++;
			call(wizard, text, text_len);
		}
		free(text);
	}
	return count;
}

static void
show_record(struct bs_spf_wizard *wizard, const char *text, size_t len)
{
	bs_print(wizard->talk.out, "%s has the record\n  %.*s\n",
	    wizard->domain, (int)len, text);
}

/* Beside an alias no other record may stand (RFC 1034 §3.6.2). */
static bool
is_alias(struct bs_spf_wizard *wizard)
{
	const struct bs_dns_answer *answer =
	    bs_lookup_ask(wizard->lookup, wizard->domain, BS_DNS_CNAME);
	char target[BS_HOST_MAX];

	if (!bs_dns_answer_name(answer, 0, target))
		return false;
	bs_complain("%s is an alias (CNAME) of %s, and beside an alias a zone "
		    "has no other records: its SPF record is that of %s. Type: "
		    "backstop spf make %s, or put A and AAAA records in the "
		    "place of the alias first",
	    wizard->domain, target, target, target);
	return true;
}

static bool
is_no_name(struct bs_spf_wizard *wizard)
{
	return bs_lookup_ask(wizard->lookup, wizard->domain, BS_DNS_TXT)
		   ->status == BS_DNS_NO_NAME;
}

/* A name that DNS does not know is mostly a slip of the pen. Complains where it
 * is not meant. */
static bool
agree_new_name(struct bs_spf_wizard *wizard)
{
	bs_print(wizard->talk.out,
	    "There is no such name in DNS yet: %s. Is it written like that?\n",
	    wizard->domain);
	if (bs_spf_talk_agrees(&wizard->talk,
		"Make a record for it all the same, for when it is there?",
		false))
		return true;
	bs_complain("%s: there is no such name in DNS; no record was made",
	    wizard->domain);
	return false;
}

int
bs_spf_wizard_look(struct bs_spf_wizard *wizard)
{
	unsigned count;
	FILE *out = wizard->talk.out;

	if (is_alias(wizard))
		return EX_DATAERR;
	count = each_record(wizard, show_record);
	wizard->has_present = count > 0;
	wizard->is_unknown =
	    bs_lookup_ask(wizard->lookup, wizard->domain, BS_DNS_TXT)->status ==
	    BS_DNS_FAILED;
	if (wizard->is_unknown)
		bs_print(out,
		    "DNS gives no answer for %s: what it has now is not known, "
		    "and no name can be\nlooked at. Better come again when it "
		    "does.\n",
		    wizard->domain);
	else if (is_no_name(wizard))
		return agree_new_name(wizard) ? 0 : EX_DATAERR;
	else if (count == 0)
		bs_print(out, "%s has no SPF record yet.\n", wizard->domain);
	else if (count > 1)
		fputs("Receivers take more than one for an error: they become "
		      "one.\n",
		    out);
	return 0;
}

void
bs_spf_wizard_keep(struct bs_spf_wizard *wizard)
{
	if (!wizard->has_present)
		return;
	fputs("\nIts terms, one by one: Enter takes what is in capitals, a "
	      "keeps this one and all\nthat follow.\n",
	    wizard->talk.out);
	(void)each_record(wizard, walk_record);
}
