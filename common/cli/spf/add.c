/* What 'backstop spf make' has learned, and how a term comes to its record. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/ascii.h"
#include "common/cli/output.h"
#include "common/cli/spf/add.h"
#include "common/cli/spf/compare.h"
#include "common/spf/lint/advice.h"
#include "common/spf/lint/net.h"
#include "common/spf/lint/zone.h"
#include "common/spf/macro.h"
#include "common/spf/run_state.h"

/* What is left to say once a term is in the record. */
#define LOOKUPS_MANY 9

bool
bs_spf_wizard_is_ours(const struct bs_spf_wizard *wizard, const char *name)
{
	size_t len = strlen(name);
	size_t domain = strlen(wizard->domain);

	return len >= domain &&
	       bs_ascii_same(name + len - domain, wizard->domain, domain) &&
	       (len == domain || name[len - domain - 1] == '.');
}

static void
add_terms(struct bs_spf_helo *helo, const char *terms)
{
	size_t len = strlen(helo->terms);

	if (strstr(helo->terms, terms) == NULL)
		snprintf(helo->terms + len, sizeof(helo->terms) - len, "%s",
		    terms);
}

void
bs_spf_wizard_note_helo(struct bs_spf_wizard *wizard, const char *name,
    const char *terms)
{
	struct bs_spf_helo *helo;
	size_t len = strlen(name);

	/* the domain itself has the record; others' names are not ours */
	if (!bs_spf_wizard_is_ours(wizard, name) ||
	    len == strlen(wizard->domain) || !bs_spf_zone_is_name(name))
		return;
	for (size_t i = 0; i < wizard->helo_count; i++) {
		helo = &wizard->helos[i];
		if (strlen(helo->name) == len &&
		    bs_ascii_same(helo->name, name, len)) {
			add_terms(helo, terms);
			return;
		}
	}
	if (wizard->helo_count == BS_SPF_NAMES)
		return;
	helo = &wizard->helos[wizard->helo_count++];
	memcpy(helo->name, name, len + 1);
	helo->terms[0] = '\0';
	add_terms(helo, terms);
}

/* Writes a term as it is for one client. An include that is another name for
 * each must have a record for all of them. */
static void
write_for_one(const struct bs_spf_wizard *wizard, const char *text,
    char out[static BS_SPF_DRAFT_TERM])
{
	const struct bs_spf_letters letters = {.sender = "postmaster",
	    .domain = wizard->domain,
	    .helo = wizard->domain,
	    .validated = "unknown",
	    .client = {192, 0, 2, 1}};
	char buffer[BS_SPF_DRAFT_TERM + 8];
	char name[BS_HOST_MAX];
	struct bs_spf_fault fault;
	struct bs_spf_term term;

	snprintf(out, BS_SPF_DRAFT_TERM, "%s", text);
	if (bs_spf_draft_parse(text, &term, &fault, buffer) == 0 &&
	    term.kind == BS_SPF_INCLUDE &&
	    bs_spf_macro_domain(term.domain, term.domain_len, &letters, name) ==
		0)
		snprintf(out, BS_SPF_DRAFT_TERM, "include:%s", name);
}

bool
bs_spf_wizard_breaks(struct bs_spf_wizard *wizard, const char *term,
    char why[static BS_SPF_WHY])
{
	char record[BS_SPF_RECORD_MAX];
	struct bs_spf_flattened flat;
	struct bs_spf_tree *tree;
	char one[BS_SPF_DRAFT_TERM];
	bool breaks;

	write_for_one(wizard, term, one);
	snprintf(record, sizeof(record), "v=spf1 %s -all", one);
	tree = bs_spf_tree_given(wizard->lookup, wizard->domain, record,
	    strlen(record));
	bs_spf_flatten(tree, &flat);
	breaks = flat.broken.count > 0;
	if (breaks)
		snprintf(why, BS_SPF_WHY, "%s", flat.broken.list[0]);
	bs_spf_flattened_free(&flat);
	bs_spf_tree_free(tree);
	return breaks;
}

bool
bs_spf_wizard_is_open(struct bs_spf_wizard *wizard, const char *term)
{
	static const char none[] = "v=spf1 -all";
	char record[BS_SPF_RECORD_MAX];
	struct bs_spf_comparison all;
	bool is_open = false;

	snprintf(record, sizeof(record), "v=spf1 %s -all", term);
	if (bs_spf_compare(bs_spf_tree_given(wizard->lookup, wizard->domain,
			       none, strlen(none)),
		bs_spf_tree_given(wizard->lookup, wizard->domain, record,
		    strlen(record)),
		&all) != 0)
		all.count = 0;
	for (size_t i = 0; i < all.count; i++)
		is_open = is_open || (all.changes[i].to.result == BS_SPF_PASS &&
					 (all.changes[i].is_rest ||
					     all.changes[i].net.prefix == 0));
	bs_spf_comparison_free(&all);
	return is_open;
}

struct bs_spf_tree *
bs_spf_wizard_tree(struct bs_spf_wizard *wizard)
{
	char record[BS_SPF_RECORD_MAX];
	int len =
	    bs_spf_draft_write(&wizard->draft, "~all", record, sizeof(record));

	if (len < 0)
		return NULL;
	return bs_spf_tree_given(wizard->lookup, wizard->domain, record,
	    (size_t)len);
}

bool
bs_spf_wizard_lets_pass(struct bs_spf_wizard *wizard,
    const struct bs_spf_net *address)
{
	struct bs_spf_tree *tree = bs_spf_wizard_tree(wizard);
	struct bs_spf_flattened flat;
	bool passes;

	if (tree == NULL)
		return false;
	bs_spf_flatten(tree, &flat);
	passes = bs_spf_flattened_say(&flat, address).result == BS_SPF_PASS;
	bs_spf_flattened_free(&flat);
	bs_spf_tree_free(tree);
	return passes;
}

/* Asks about a network that is broad or private. Returns whether to add it. */
static bool
agree_network(struct bs_spf_wizard *wizard, const struct bs_spf_term *term)
{
	char text[BS_SPF_NET_TEXT];
	char question[256];
	struct bs_spf_net net;
	const char *what;

	if (!bs_spf_term_net(term, &net))
		return true;
	(void)bs_spf_net_mask(&net);
	bs_spf_net_text(&net, text);
	if ((what = bs_spf_net_reserved(&net)) != NULL) {
		snprintf(question, sizeof(question),
		    "%s: %s; others see another address. Add it all the same?",
		    text, what);
		return bs_spf_talk_agrees(&wizard->talk, question, false);
	}
	if (!bs_spf_net_is_wide(&net))
		return true;
	snprintf(question, sizeof(question),
	    "%s is broad: all its hosts could send as you. Add it all the "
	    "same?",
	    text);
	return bs_spf_talk_agrees(&wizard->talk, question, false);
}

bool
bs_spf_wizard_has_failed(struct bs_spf_wizard *wizard, const char *name)
{
	return bs_dns_is_name(name) &&
	       bs_lookup_ask(wizard->lookup, name, BS_DNS_A)->status ==
		   BS_DNS_FAILED &&
	       bs_lookup_ask(wizard->lookup, name, BS_DNS_AAAA)->status ==
		   BS_DNS_FAILED;
}

static const char *
fault_of(struct bs_spf_wizard *wizard, const struct bs_spf_tree *tree,
    const struct bs_spf_leaf *leaf)
{
	if (leaf->place != BS_SPF_NOWHERE)
		return tree->places[leaf->place].state == BS_SPF_PLACE_FAILED
			   ? "cannot be asked for now: DNS gives no answer, "
			     "and a mistake in it would break your record"
			   : NULL;
	if (!leaf->constant || !bs_spf_term_asks_dns(&leaf->term))
		return NULL;
	if (leaf->term.kind == BS_SPF_MX && leaf->cost.voids4 > 0 &&
	    leaf->cost.voids6 > 0)
		return "has no MX, or one of its hosts has no address";
	if (leaf->term.kind == BS_SPF_A &&
	    bs_spf_wizard_has_failed(wizard, leaf->name))
		return "cannot be asked for now: DNS gives no answer";
	if (leaf->cost.voids4 > 0 && leaf->cost.voids6 > 0)
		return "has no address";
	return NULL;
}

/* Asks about a host or a service that has a fault. */
static bool
agree_name(struct bs_spf_wizard *wizard, const struct bs_spf_tree *tree,
    const char *text)
{
	const struct bs_spf_place *root = &tree->places[0];
	char question[BS_SPF_DRAFT_TERM + 256];

	for (size_t i = 0; i < root->leaf_count; i++) {
		const struct bs_spf_leaf *leaf = &root->leaves[i];
		const char *what;

		if (leaf->term.len != strlen(text) ||
		    memcmp(leaf->term.text, text, leaf->term.len) != 0)
			continue;
		if ((what = fault_of(wizard, tree, leaf)) == NULL)
			return true;
		snprintf(question, sizeof(question),
		    "%s %s. Add it all the same?",
		    leaf->name[0] == '\0' ? text : leaf->name, what);
		return bs_spf_talk_agrees(&wizard->talk, question, false);
	}
	return true;
}

static void
show_record(struct bs_spf_wizard *wizard, const struct bs_spf_tree *tree)
{
	unsigned lookups = tree->places[0].total.lookups;

	bs_print(wizard->talk.out, "  %s\n  look-ups: %u of %d%s\n",
	    tree->places[0].text, lookups, BS_SPF_LOOKUPS_MAX,
	    lookups > BS_SPF_LOOKUPS_MAX
		? ": too many; the ways out are asked about at the end"
	    : lookups >= LOOKUPS_MANY
		? "; whoever you include may add one without telling you"
		: "");
}

bool
bs_spf_wizard_add(struct bs_spf_wizard *wizard, const char *text)
{
	char buffer[BS_SPF_DRAFT_TERM + 8];
	struct bs_spf_fault fault;
	struct bs_spf_term term;
	struct bs_spf_tree *tree = NULL;
	FILE *out = wizard->talk.out;
	char why[BS_SPF_WHY];
	bool added = false;
	int rc;

	if (bs_spf_wizard_breaks(wizard, text, why)) {
		bs_print(out,
		    "Not taken: %s. With it every check of yours would be an "
		    "error (permerror).\n",
		    why);
		return false;
	}
	if (bs_spf_wizard_is_open(wizard, text)) {
		bs_print(out, "Not taken: by %s everybody could send as you.\n",
		    text);
		return false;
	}
	if (bs_spf_draft_parse(text, &term, &fault, buffer) != 0 ||
	    !agree_network(wizard, &term)) {
		fputs("Left out.\n", out);
		return false;
	}
	rc = bs_spf_draft_add(&wizard->draft, text);
	if (rc == 0 && (tree = bs_spf_wizard_tree(wizard)) != NULL)
		added = agree_name(wizard, tree, text);
	if (rc == 0 && !added)
		bs_spf_draft_drop(&wizard->draft, wizard->draft.count - 1);
	if (rc < 0 || (rc == 0 && tree == NULL))
		fputs("Not taken: the record would be too long. Write "
		      "neighbouring addresses as one network.\n",
		    out);
	else if (rc == BS_SPF_DRAFT_KNOWN)
		fputs("It is there already.\n", out);
	else if (!added)
		fputs("Left out.\n", out);
	else
		show_record(wizard, tree);
	bs_spf_tree_free(tree);
	return added || rc == BS_SPF_DRAFT_KNOWN;
}
