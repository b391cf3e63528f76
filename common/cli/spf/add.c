/* A term for the record that 'backstop spf make' writes: looked at, asked
 * about, added, shown. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/cli/output.h"
#include "common/cli/spf/add.h"
#include "common/cli/spf/tree.h"
#include "common/spf/lint/advice.h"
#include "common/spf/run_state.h"

/* Terms that ask DNS from which on the next one is asked about. */
#define LOOKUPS_MANY 8

const char *
bs_spf_wizard_ask(struct bs_spf_wizard *wizard, const char *question,
    char out[static BS_SPF_ANSWER])
{
	size_t len;
	char *start = out;

	out[0] = '\0';
	bs_print(wizard->talk, "%s ", question);
	(void)fflush(wizard->talk);
	if (wizard->ended || fgets(out, BS_SPF_ANSWER, stdin) == NULL) {
		wizard->ended = true;
		fputc('\n', wizard->talk);
		out[0] = '\0';
		return out;
	}
	/* the rest of a line that is too long is thrown away */
	if (strchr(out, '\n') == NULL && !feof(stdin))
		for (int c = getchar(); c != '\n' && c != EOF;)
			c = getchar();
	while (*start == ' ' || *start == '\t')
		start++;
	len = strcspn(start, "\r\n");
	while (len > 0 && (start[len - 1] == ' ' || start[len - 1] == '\t'))
		len--;
	memmove(out, start, len);
	out[len] = '\0';
	/* an answer that is piped in would not be seen otherwise */
	if (!isatty(STDIN_FILENO))
		bs_print(wizard->talk, "%s\n", out);
	return out;
}

bool
bs_spf_wizard_agrees(struct bs_spf_wizard *wizard, const char *question,
    bool is_default)
{
	char prompt[256];
	char answer[BS_SPF_ANSWER];

	snprintf(prompt, sizeof(prompt), "%s %s", question,
	    is_default ? "[Y/n]" : "[y/N]");
	for (;;) {
		bs_spf_wizard_ask(wizard, prompt, answer);
		switch (answer[0]) {
		case '\0':
			return is_default;
		case 'y':
		case 'Y':
			return true;
		case 'n':
		case 'N':
			return false;
		default:
			fputs("y or n, please.\n", wizard->talk);
		}
	}
}

/* What the record costs so far, in the root of a tree. */
static struct bs_spf_tree *
read_draft(struct bs_spf_wizard *wizard, char record[BS_SPF_RECORD_MAX])
{
	int len = bs_spf_draft_write(&wizard->draft, "~all", record,
	    BS_SPF_RECORD_MAX);

	if (len < 0)
		return NULL;
	return bs_spf_tree_given(wizard->lookup, wizard->domain, record,
	    (size_t)len);
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
	if (net.prefix == 0) {
		fputs("That is everybody.\n", wizard->talk);
		return false;
	}
	if ((what = bs_spf_net_reserved(&net)) != NULL) {
		snprintf(question, sizeof(question),
		    "%s: %s; others see another address. Add it all the same?",
		    text, what);
		return bs_spf_wizard_agrees(wizard, question, false);
	}
	if (!bs_spf_net_is_wide(&net))
		return true;
	snprintf(question, sizeof(question),
	    "%s is broad: all its hosts could send as you. Add it all the "
	    "same?",
	    text);
	return bs_spf_wizard_agrees(wizard, question, false);
}

/* Asks about a host or a service that has a fault. */
static bool
agree_name(struct bs_spf_wizard *wizard, const struct bs_spf_place *root,
    const struct bs_spf_tree *tree, const char *text)
{
	char question[BS_SPF_DRAFT_TERM + 128];

	for (size_t i = 0; i < root->leaf_count; i++) {
		const struct bs_spf_leaf *leaf = &root->leaves[i];
		bool is_it = leaf->term.len == strlen(text) &&
			     memcmp(leaf->term.text, text, strlen(text)) == 0;
		const char *what = NULL;

		if (!is_it)
			continue;
		if (leaf->place != BS_SPF_NOWHERE &&
		    tree->places[leaf->place].state != BS_SPF_PLACE_READ)
			what = "has no SPF record that can be read, which "
			       "would break yours";
		else if (leaf->cost.voids4 > 0 && leaf->cost.voids6 > 0)
			what = "has no address";
		if (what == NULL)
			return true;
		snprintf(question, sizeof(question),
		    "%.200s %s. Add it all the same?", leaf->name, what);
		return bs_spf_wizard_agrees(wizard, question, false);
	}
	return true;
}

/* Whether the record may become that costly. */
static bool
agree_cost(struct bs_spf_wizard *wizard, unsigned before, unsigned after)
{
	char question[256];

	if (after == before || after < LOOKUPS_MANY)
		return true;
	snprintf(question, sizeof(question),
	    after > BS_SPF_LOOKUPS_MAX
		? "That makes %u look-ups, and with more than %d the whole "
		  "record fails. Add it all the same?"
		: "That makes %u of %d look-ups; whoever you include may add "
		  "one. Add it all the same?",
	    after, BS_SPF_LOOKUPS_MAX);
	return bs_spf_wizard_agrees(wizard, question,
	    after <= BS_SPF_LOOKUPS_MAX);
}

static unsigned
lookups_now(struct bs_spf_wizard *wizard)
{
	char record[BS_SPF_RECORD_MAX];
	struct bs_spf_tree *tree = read_draft(wizard, record);
	unsigned lookups = tree == NULL ? 0 : tree->places[0].total.lookups;

	bs_spf_tree_free(tree);
	return lookups;
}

bool
bs_spf_wizard_add(struct bs_spf_wizard *wizard, const char *text)
{
	char buffer[BS_SPF_DRAFT_TERM + 8];
	char record[BS_SPF_RECORD_MAX];
	struct bs_spf_fault fault;
	struct bs_spf_term term;
	struct bs_spf_tree *tree = NULL;
	unsigned before = lookups_now(wizard);
	bool agreed = false;
	int rc;

	if (bs_spf_draft_parse(text, &term, &fault, buffer) != 0 ||
	    !agree_network(wizard, &term)) {
		fputs("Left out.\n", wizard->talk);
		return false;
	}
	if ((rc = bs_spf_draft_add(&wizard->draft, text)) == 0 &&
	    (tree = read_draft(wizard, record)) != NULL)
		agreed =
		    agree_name(wizard, &tree->places[0], tree, text) &&
		    agree_cost(wizard, before, tree->places[0].total.lookups);
	if (rc == 0 && !agreed)
		bs_spf_draft_drop(&wizard->draft);
	if (rc < 0 || (rc == 0 && tree == NULL))
		fputs("Not taken: the record would be too long.\n",
		    wizard->talk);
	else if (rc == BS_SPF_DRAFT_KNOWN)
		fputs("It is there already.\n", wizard->talk);
	else if (!agreed)
		fputs("Left out.\n", wizard->talk);
	else
		bs_print(wizard->talk, "  %s\n  look-ups: %u of %d\n", record,
		    tree->places[0].total.lookups, BS_SPF_LOOKUPS_MAX);
	bs_spf_tree_free(tree);
	return agreed;
}
