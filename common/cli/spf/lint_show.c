/* The remarks on an SPF record: as text, with the tree of costs, or as JSON. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/cli/output.h"
#include "common/cli/spf/lint_show.h"
#include "common/spf/run_state.h"

/* Columns of a terminal, for the record above a caret. */
#define WIDTH 72

/* Columns of the tree before the costs. */
#define TREE_WIDTH 52

/* The term that led to a record, or the name of the first one. Returns out. */
static const char *
place_title(const struct bs_spf_tree *tree, size_t place, char *out,
    size_t size)
{
	const struct bs_spf_place *at = &tree->places[place];
	const struct bs_spf_term *term;

	if (at->parent == BS_SPF_NOWHERE) {
		snprintf(out, size, "%s",
		    at->name[0] == '\0' ? "the record" : at->name);
		return out;
	}
	term = &tree->places[at->parent].leaves[at->leaf].term;
	snprintf(out, size, "%.*s", (int)term->len, term->text);
	return out;
}

/* Prints octets of a record; each takes one column. */
static void
print_octets(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		putchar(text[i] >= 0x20 && text[i] < 0x7f ? text[i] : '?');
}

/* The part of the record around a remark, and carets below it. */
static void
print_where(const struct bs_spf_place *place,
    const struct bs_spf_remark *remark)
{
	size_t len = remark->len == 0 ? 1 : remark->len;
	size_t start = 0;
	size_t end = place->len;

	if (end > WIDTH) {
		if (remark->column > WIDTH / 3)
			start = remark->column - WIDTH / 3;
		if (start + WIDTH < end)
			end = start + WIDTH;
	}
	if (remark->column + len > end)
		len = end > remark->column ? end - remark->column : 1;
	bs_print(stdout, "      %s", start > 0 ? "..." : "   ");
	print_octets(place->text + start, end - start);
	bs_print(stdout, "%s\n      %*s", end < place->len ? "..." : "",
	    (int)(3 + remark->column - start), "");
	for (size_t i = 0; i < len; i++)
		putchar('^');
	putchar('\n');
}

static void
print_remark(const struct bs_spf_lint *lint, const struct bs_spf_noted *noted)
{
	const struct bs_spf_remark *remark = &noted->remark;
	const struct bs_spf_place *place = &lint->tree->places[noted->place];
	char text[4 * BS_SPF_REMARK_TEXT];

	bs_print(stdout, "%-8s %-18s ",
	    bs_spf_weight_name(bs_spf_flaw_weight(remark->flaw)),
	    bs_spf_flaw_name(remark->flaw));
	if (remark->len > 0)
		bs_print(stdout, "column %zu", remark->column + 1);
	if (noted->place > 0)
		bs_print(stdout, "%sof %s", remark->len > 0 ? " " : "",
		    place->name);
	bs_print(stdout, "%s%s\n",
	    remark->len > 0 || noted->place > 0 ? ": " : "",
	    bs_visible(remark->text, text, sizeof(text)));
	if (remark->len > 0 && place->text != NULL)
		print_where(place, remark);
}

static void
print_line(unsigned depth, const char *title, unsigned own, unsigned total,
    bool has_total)
{
	char text[4 * BS_SPF_TERM_MAX];
	int width;

	bs_visible(title, text, sizeof(text));
	width = bs_print(stdout, "  %*s%s", (int)(2 * depth), "", text);
	if (width < TREE_WIDTH)
		bs_print(stdout, "%*s", TREE_WIDTH - width, "");
	bs_print(stdout, " %3u", own);
	if (has_total)
		bs_print(stdout, " %6u", total);
	putchar('\n');
}

static const char *
state_text(enum bs_spf_place_state state)
{
	switch (state) {
	case BS_SPF_PLACE_FAULTY:
		return "  (faulty)";
	case BS_SPF_PLACE_FAILED:
		return "  (no answer)";
	case BS_SPF_PLACE_NO_NAME:
		return "  (no such name)";
	case BS_SPF_PLACE_EMPTY:
		return "  (no record)";
	case BS_SPF_PLACE_SEVERAL:
		return "  (several records)";
	case BS_SPF_PLACE_LOOP:
		return "  (a loop)";
	case BS_SPF_PLACE_BEYOND:
		return "  (not read)";
	default:
		return "";
	}
}

/* A place's line. Its own cost is that of the term that leads to it. */
static void
print_place(const struct bs_spf_tree *tree, size_t at)
{
	const struct bs_spf_place *place = &tree->places[at];
	unsigned own = place->parent != BS_SPF_NOWHERE;
	char title[BS_SPF_TERM_MAX + 32];
	size_t len;

	place_title(tree, at, title, sizeof(title) - 24);
	len = strlen(title);
	snprintf(title + len, sizeof(title) - len, "%s",
	    state_text(place->state));
	print_line(place->depth, title, own, own + place->total.lookups, true);
}

/* The tree from its root, without recursion: where it goes on in each record
 * that it is in. */
static void
print_tree(const struct bs_spf_tree *tree)
{
	size_t next[BS_SPF_PLACES_DEEP + 2] = {0};
	size_t at = 0;

	print_place(tree, 0);
	while (at != BS_SPF_NOWHERE) {
		const struct bs_spf_place *place = &tree->places[at];
		const struct bs_spf_leaf *leaf;
		char title[BS_SPF_TERM_MAX + 1];

		if (next[place->depth] == place->leaf_count) {
			at = place->parent;
			continue;
		}
		leaf = &place->leaves[next[place->depth]++];
		if (leaf->place != BS_SPF_NOWHERE) {
			at = leaf->place;
			next[tree->places[at].depth] = 0;
			print_place(tree, at);
		} else if (leaf->cost.lookups > 0) {
			snprintf(title, sizeof(title), "%.*s",
			    (int)leaf->term.len, leaf->term.text);
			print_line(place->depth + 1, title, leaf->cost.lookups,
			    0, false);
		}
	}
}

static void
print_costs(const struct bs_spf_tree *tree)
{
	const struct bs_spf_cost *total = &tree->places[0].total;

	bs_print(stdout, "%-*s own  total\n", TREE_WIDTH, "Terms that ask DNS");
	print_tree(tree);
	bs_print(stdout,
	    "\n%u term%s DNS; more than %d are an error (permerror).\n",
	    total->lookups, total->lookups == 1 ? " asks" : "s ask",
	    BS_SPF_LOOKUPS_MAX);
	bs_print(stdout,
	    "%u of the look-ups find nothing for IPv4, %u for IPv6; more "
	    "than %d are an error.\n\n",
	    total->voids4, total->voids6, BS_SPF_VOIDS_MAX);
}

static void
print_record(const struct bs_spf_place *root)
{
	char text[4 * BS_SPF_RECORD_MAX + 1];

	if (root->text == NULL)
		return;
	if (root->answer != NULL)
		bs_print(stdout, "%s, %zu octets, TTL %u seconds:\n",
		    root->name, root->len, root->answer->ttl_seconds);
	bs_print(stdout, "  %s\n\n",
	    bs_visible(root->text, text, sizeof(text)));
}

static void
print_count(unsigned count, const char *what, const char *after)
{
	bs_print(stdout, "%u %s%s%s", count, what, count == 1 ? "" : "s",
	    after);
}

void
bs_spf_lint_print(const struct bs_spf_lint *lint)
{
	const struct bs_spf_tree *tree = lint->tree;
	const struct bs_spf_place *root = &tree->places[0];

	print_record(root);
	for (size_t i = 0; i < lint->count; i++)
		print_remark(lint, &lint->noted[i]);
	if (lint->count > 0)
		putchar('\n');
	if (root->state == BS_SPF_PLACE_READ)
		print_costs(tree);
	print_count(bs_spf_lint_count(lint, BS_SPF_ERROR), "error", ", ");
	print_count(bs_spf_lint_count(lint, BS_SPF_WARNING), "warning", ", ");
	print_count(bs_spf_lint_count(lint, BS_SPF_NOTE), "note", "; ");
	print_count(bs_lookup_count(tree->lookup), "question", "");
	bs_print(stdout, " to DNS, %u ms\n",
	    bs_lookup_elapsed_ms(tree->lookup));
}

/* What became of a record, for --json. */
static const char *
place_word(enum bs_spf_place_state state)
{
	static const char *const words[] = {
	    [BS_SPF_PLACE_READ] = "read",
	    [BS_SPF_PLACE_FAULTY] = "faulty",
	    [BS_SPF_PLACE_FAILED] = "failed",
	    [BS_SPF_PLACE_NO_NAME] = "no-name",
	    [BS_SPF_PLACE_EMPTY] = "no-record",
	    [BS_SPF_PLACE_SEVERAL] = "several",
	    [BS_SPF_PLACE_LOOP] = "loop",
	    [BS_SPF_PLACE_BEYOND] = "not-read",
	};

	return words[state];
}

/* Octets that are neither a string nor proven to be text. NULL is null. */
static void
put_octets(struct bs_json *object, const char *name, const char *text,
    size_t len)
{
	char *copy;
	char *shown;

	if (text == NULL) {
		bs_json_null(object, name);
		return;
	}
	copy = bs_spf_array(NULL, len + 1, 1);
	shown = bs_spf_array(NULL, 4 * len + 8, 1);
	for (size_t i = 0; i < len; i++)
		copy[i] = text[i];
	for (size_t i = 0; i < len; i++)
		if (copy[i] == '\0')
			copy[i] = '\x01';
	copy[len] = '\0';
	bs_json_text(object, name, bs_visible(copy, shown, 4 * len + 8));
	free(shown);
	free(copy);
}

static void
put_name(struct bs_json *object, const char *name)
{
	bs_json_text(object, "name", name[0] == '\0' ? NULL : name);
}

static struct bs_json *
remark_json(const struct bs_spf_tree *tree, const struct bs_spf_noted *noted)
{
	const struct bs_spf_remark *remark = &noted->remark;
	const struct bs_spf_place *place = &tree->places[noted->place];
	struct bs_json *object = bs_json_object();

	bs_json_text(object, "severity",
	    bs_spf_weight_name(bs_spf_flaw_weight(remark->flaw)));
	bs_json_text(object, "check", bs_spf_flaw_name(remark->flaw));
	put_name(object, place->name);
	if (remark->len == 0 || place->text == NULL) {
		bs_json_null(object, "column");
		bs_json_null(object, "term");
	} else {
		size_t len = remark->len;

		if (remark->column + len > place->len)
			len = place->len - remark->column;
		bs_json_number(object, "column", (int64_t)remark->column + 1);
		put_octets(object, "term", place->text + remark->column, len);
	}
	bs_json_text(object, "text", remark->text);
	return object;
}

static struct bs_json *
cost_json(const struct bs_spf_cost *cost)
{
	struct bs_json *object = bs_json_object();

	bs_json_number(object, "lookups", cost->lookups);
	bs_json_number(object, "voids_ip4", cost->voids4);
	bs_json_number(object, "voids_ip6", cost->voids6);
	return object;
}

static struct bs_json *
leaf_json(const struct bs_spf_tree *tree, const struct bs_spf_leaf *leaf)
{
	struct bs_json *object = bs_json_object();
	struct bs_spf_cost cost = leaf->cost;

	if (leaf->place != BS_SPF_NOWHERE) {
		const struct bs_spf_cost *more =
		    &tree->places[leaf->place].total;

		cost.lookups += more->lookups;
		cost.voids4 += more->voids4;
		cost.voids6 += more->voids6;
	}
	put_octets(object, "term", leaf->term.text, leaf->term.len);
	bs_json_bool(object, "reached", leaf->reached);
	bs_json_put(object, "total", cost_json(&cost));
	if (leaf->place == BS_SPF_NOWHERE)
		bs_json_null(object, "record");
	else
		bs_json_number(object, "record", (int64_t)leaf->place);
	return object;
}

/* A record; "record" of a term and "parent" count these from 0. */
static struct bs_json *
place_json(const struct bs_spf_tree *tree, size_t at)
{
	const struct bs_spf_place *place = &tree->places[at];
	struct bs_json *object = bs_json_object();
	struct bs_json *terms = bs_json_array();

	put_name(object, place->name);
	bs_json_text(object, "state", place_word(place->state));
	if (place->parent == BS_SPF_NOWHERE)
		bs_json_null(object, "parent");
	else
		bs_json_number(object, "parent", (int64_t)place->parent);
	put_octets(object, "text", place->text, place->len);
	if (place->answer == NULL || place->text == NULL)
		bs_json_null(object, "ttl");
	else
		bs_json_number(object, "ttl", place->answer->ttl_seconds);
	bs_json_put(object, "total", cost_json(&place->total));
	for (size_t i = 0; i < place->leaf_count; i++)
		bs_json_append(terms, leaf_json(tree, &place->leaves[i]));
	bs_json_put(object, "terms", terms);
	return object;
}

void
bs_spf_lint_json(const struct bs_spf_lint *lint)
{
	const struct bs_spf_tree *tree = lint->tree;
	struct bs_json *object = bs_json_object();
	struct bs_json *remarks = bs_json_array();
	struct bs_json *records = bs_json_array();

	put_name(object, tree->places[0].name);
	bs_json_number(object, "errors", bs_spf_lint_count(lint, BS_SPF_ERROR));
	bs_json_number(object, "warnings",
	    bs_spf_lint_count(lint, BS_SPF_WARNING));
	bs_json_number(object, "notes", bs_spf_lint_count(lint, BS_SPF_NOTE));
	for (size_t i = 0; i < lint->count; i++)
		bs_json_append(remarks, remark_json(tree, &lint->noted[i]));
	bs_json_put(object, "remarks", remarks);
	for (size_t i = 0; i < tree->count; i++)
		bs_json_append(records, place_json(tree, i));
	bs_json_put(object, "records", records);
	bs_json_number(object, "questions", bs_lookup_count(tree->lookup));
	bs_json_number(object, "elapsed_ms",
	    bs_lookup_elapsed_ms(tree->lookup));
	bs_json_print(object);
}
