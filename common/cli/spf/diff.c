/* backstop spf diff: which addresses get another result. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "common/cli/spf/diff.h"
#include "common/cli/output.h"
#include "common/cli/spf/flatten.h"
#include "common/policy/spf_words.h"

/* One of the two. */
struct side {
	struct bs_spf_tree *tree;
	struct bs_spf_flattened flat;
};

struct diff {
	const struct bs_call *call;
	struct side sides[2];
	size_t count;
	struct bs_spf_change *changes;
	bool has_results; /* some network changes its result */
};

static bool
is_record(const char *text)
{
	return strchr(text, ' ') != NULL ||
	       bs_spf_record_is(text, strlen(text));
}

/* Reads a domain's record, or takes the word for one. Returns 0 or an exit
 * status after the complaint. */
static int
read_side(struct bs_lookup *lookup, const char *word, const char *domain,
    struct side *out)
{
	const struct bs_spf_place *root;

	if (!is_record(word) && !bs_dns_is_name(word)) {
		bs_complain("%.200s: is neither a domain nor a record (v=spf1 "
			    "...)",
		    word);
		return EX_USAGE;
	}
	out->tree = is_record(word)
			? bs_spf_tree_given(lookup, domain, word, strlen(word))
			: bs_spf_tree_read(lookup, word);
	root = &out->tree->places[0];
	if (root->state == BS_SPF_PLACE_FAULTY)
		bs_complain("'%.100s': column %zu: %s; more by: backstop spf "
			    "lint",
		    word, root->fault.column + 1, root->fault.text);
	else if (root->state == BS_SPF_PLACE_EMPTY && is_record(word))
		bs_complain("'%.100s' is no SPF record: it must begin with "
			    "v=spf1 and a space",
		    word);
	else {
		bs_spf_flatten(out->tree, &out->flat);
		if (!out->flat.is_too_long)
			return 0;
		bs_complain("'%.100s' has too many networks to compare", word);
	}
	return EX_DATAERR;
}

static void
keep_change(void *context, const struct bs_spf_change *change)
{
	struct diff *diff = context;

	diff->changes = bs_spf_array(diff->changes, diff->count + 1,
	    sizeof(*diff->changes));
	diff->changes[diff->count++] = *change;
	if (change->from.result != change->to.result)
		diff->has_results = true;
}

static void
compare(struct diff *diff)
{
	const struct bs_spf_flattened *from = &diff->sides[0].flat;
	const struct bs_spf_flattened *to = &diff->sides[1].flat;
	size_t room = 2 * (from->count + to->count) + 2;
	struct bs_spf_edge *edges = bs_spf_array(NULL, room, sizeof(*edges));

	if (bs_spf_flat_compare(&(struct bs_spf_flat){from->steps, from->count},
		&(struct bs_spf_flat){to->steps, to->count}, edges, room,
		keep_change, diff) != 0)
		bs_complain("the records are too large");
	free(edges);
}

static void
print_open(const char *which, const struct bs_spf_flattened *flat)
{
	char text[4 * BS_SPF_TERM_MAX];

	for (size_t i = 0; i < flat->open_count; i++)
		bs_print(stdout, "not compared, of the %s: %s\n", which,
		    bs_visible(flat->open[i], text, sizeof(text)));
	if (flat->has_failed)
		bs_print(stdout,
		    "not known, of the %s: DNS gave no answer to "
		    "something\n",
		    which);
	if (flat->is_broken)
		bs_print(stdout,
		    "broken, the %s: some or all get permerror, or none; "
		    "see: backstop spf lint\n",
		    which);
}

static void
print_text(const struct diff *diff)
{
	char net[BS_SPF_NET_TEXT];

	for (size_t i = 0; i < diff->count; i++) {
		const struct bs_spf_change *change = &diff->changes[i];
		const char *rest = change->net.is_ip6 ? "IPv6, not listed"
						      : "IPv4, not listed";

		bs_print(stdout, "%-40s %s -> %s%s\n",
		    change->is_rest ? rest : bs_spf_net_text(&change->net, net),
		    bs_spf_result_name(change->from.result),
		    bs_spf_result_name(change->to.result),
		    change->from.open == change->to.open
			? ""
			: ", unless what is not compared matches");
	}
	if (diff->count == 0)
		puts("every address gets the same result");
	print_open("old", &diff->sides[0].flat);
	print_open("new", &diff->sides[1].flat);
}

static struct bs_json *
side_json(const struct bs_spf_flattened *flat)
{
	struct bs_json *object = bs_json_object();
	struct bs_json *open = bs_json_array();

	for (size_t i = 0; i < flat->open_count; i++)
		bs_json_append_text(open, flat->open[i]);
	bs_json_put(object, "not_compared", open);
	bs_json_bool(object, "failed", flat->has_failed);
	bs_json_bool(object, "broken", flat->is_broken);
	return object;
}

static void
print_json(const struct diff *diff, int status)
{
	static const char *const words[] = {"same", "differs", "unknown"};
	struct bs_json *object = bs_json_object();
	struct bs_json *changes = bs_json_array();
	char net[BS_SPF_NET_TEXT];

	bs_json_text(object, "outcome", words[status]);
	for (size_t i = 0; i < diff->count; i++) {
		const struct bs_spf_change *change = &diff->changes[i];
		struct bs_json *one = bs_json_object();

		bs_json_text(one, "network",
		    bs_spf_net_text(&change->net, net));
		bs_json_bool(one, "listed", !change->is_rest);
		bs_json_text(one, "old",
		    bs_spf_result_name(change->from.result));
		bs_json_text(one, "new", bs_spf_result_name(change->to.result));
		bs_json_bool(one, "certain",
		    change->from.open == change->to.open);
		bs_json_append(changes, one);
	}
	bs_json_put(object, "changes", changes);
	bs_json_put(object, "old", side_json(&diff->sides[0].flat));
	bs_json_put(object, "new", side_json(&diff->sides[1].flat));
	bs_json_print(object);
}

/* 0: the same, 1: another result for some, 2: nobody can say. */
static int
exit_of(const struct diff *diff)
{
	if (diff->sides[0].flat.has_failed || diff->sides[1].flat.has_failed)
		return BS_EXIT_UNKNOWN;
	if (diff->has_results)
		return BS_EXIT_NO;
	return diff->count > 0 ? BS_EXIT_UNKNOWN : BS_EXIT_YES;
}

/* The domain of records that are given as text: the one that was named, else
 * the other side. */
static const char *
domain_of(const struct bs_call *call)
{
	if (call->domain != NULL)
		return call->domain;
	for (size_t i = 0; i < 2; i++)
		if (bs_dns_is_name(call->words[i]) &&
		    !is_record(call->words[i]))
			return call->words[i];
	return "";
}

int
bs_cmd_spf_diff(const struct bs_call *call)
{
	struct diff diff = {.call = call};
	struct bs_lookup *lookup;
	const char *domain = domain_of(call);
	int status;

	if (domain[0] != '\0' && !bs_dns_is_name(domain)) {
		bs_complain("%.200s: is no domain", domain);
		return EX_USAGE;
	}
	if ((status = bs_lookup_open(call, &lookup)) != 0)
		return status;
	for (size_t i = 0; status == 0 && i < 2; i++)
		status =
		    read_side(lookup, call->words[i], domain, &diff.sides[i]);
	if (status == 0) {
		compare(&diff);
		status = exit_of(&diff);
		if (call->json)
			print_json(&diff, status);
		else
			print_text(&diff);
	}
	free(diff.changes);
	for (size_t i = 0; i < 2; i++) {
		bs_spf_flattened_free(&diff.sides[i].flat);
		bs_spf_tree_free(diff.sides[i].tree);
	}
	bs_lookup_close(lookup);
	return status;
}
