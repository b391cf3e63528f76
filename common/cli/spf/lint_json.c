/* The remarks on an SPF record as one JSON object. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/cli/spf/lint.h"

const char *
bs_spf_place_word(enum bs_spf_place_state state)
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
	bs_json_text(object, "state", bs_spf_place_word(place->state));
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
