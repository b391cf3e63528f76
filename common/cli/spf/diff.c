/* backstop spf diff: which addresses get another result. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "common/cli/spf/diff.h"
#include "common/cli/spf/given.h"
#include "common/cli/output.h"
#include "common/cli/spf/compare.h"
#include "common/policy/spf_words.h"

static bool
is_record(const char *text)
{
	return strpbrk(text, " \"") != NULL ||
	       bs_spf_record_is(text, strlen(text));
}

/* Reads a domain's record, or takes the word for one. Returns 0 or an exit
 * status after the complaint. */
static int
read_side(struct bs_lookup *lookup, const char *word, const char *domain,
    struct bs_spf_tree **out)
{
	static struct bs_spf_given given;
	const struct bs_spf_place *root;

	if (!is_record(word)) {
		if (!bs_dns_is_name(word)) {
			bs_complain("%.200s: is neither a domain nor a record "
				    "(v=spf1 ...)",
			    word);
			return EX_USAGE;
		}
		*out = bs_spf_tree_read(lookup, word);
		return 0;
	}
	bs_spf_given_read(word, &given);
	*out = bs_spf_tree_given(lookup, domain, given.text, given.len);
	free(given.text);
	root = &(*out)->places[0];
	if (root->state == BS_SPF_PLACE_FAULTY)
		bs_complain("'%.100s': column %zu: %s; more by: backstop spf "
			    "lint",
		    root->text, root->fault.column + 1, root->fault.text);
	else if (given.too_long)
		bs_complain("'%.100s': a string of a zone file has 255 octets "
			    "at most",
		    word);
	else if (root->state == BS_SPF_PLACE_EMPTY)
		bs_complain("'%.100s' is no SPF record: it must begin with "
			    "v=spf1 and a space",
		    word);
	else
		return 0;
	return EX_DATAERR;
}

static void
print_list(const char *what, const char *which,
    const struct bs_spf_texts *texts)
{
	char text[4 * BS_SPF_TERM_MAX];

	for (size_t i = 0; i < texts->count; i++)
		bs_print(stdout, "%s %s: %s\n", what, which,
		    bs_visible(texts->list[i], text, sizeof(text)));
}

static void
print_side(const char *which, const struct bs_spf_flattened *flat)
{
	print_list("not compared, of the", which, &flat->open);
	print_list("no answer of DNS, for the", which, &flat->failed);
	print_list("broken, of the", which, &flat->broken);
}

static void
print_text(const struct bs_spf_comparison *all)
{
	char net[BS_SPF_NET_TEXT];
	char from[BS_SPF_SAID_TEXT];
	char to[BS_SPF_SAID_TEXT];

	for (size_t i = 0; i < all->count; i++) {
		const struct bs_spf_change *change = &all->changes[i];
		const char *rest = change->net.is_ip6 ? "IPv6, not listed"
						      : "IPv4, not listed";

		bs_print(stdout, "%-40s %s -> %s%s\n",
		    change->is_rest ? rest : bs_spf_net_text(&change->net, net),
		    bs_spf_said_text(&change->from, from),
		    bs_spf_said_text(&change->to, to),
		    change->from.open == 0 && change->to.open == 0
			? ""
			: ", unless what is not compared decides");
	}
	if (all->count == 0)
		puts("every address gets the same result");
	print_side("old", &all->sides[0].flat);
	print_side("new", &all->sides[1].flat);
}

static void
put_list(struct bs_json *object, const char *name,
    const struct bs_spf_texts *texts)
{
	struct bs_json *array = bs_json_array();

	for (size_t i = 0; i < texts->count; i++)
		bs_json_append_text(array, texts->list[i]);
	bs_json_put(object, name, array);
}

static struct bs_json *
side_json(const struct bs_spf_flattened *flat)
{
	struct bs_json *object = bs_json_object();

	put_list(object, "not_compared", &flat->open);
	bs_json_bool(object, "failed", flat->failed.count > 0);
	bs_json_bool(object, "broken", flat->broken.count > 0);
	put_list(object, "no_answer", &flat->failed);
	put_list(object, "faults", &flat->broken);
	return object;
}

static void
put_said(struct bs_json *object, const char *name, const char *limit_name,
    const struct bs_spf_said *said)
{
	static const char *const limits[] = {
	    [BS_SPF_LIMIT_NONE] = NULL,
	    [BS_SPF_LIMIT_LOOKUPS] = "lookups",
	    [BS_SPF_LIMIT_VOIDS] = "voids",
	};

	bs_json_text(object, name, bs_spf_result_name(said->result));
	bs_json_text(object, limit_name, limits[said->limit]);
}

static void
print_json(const struct bs_spf_comparison *all, int status)
{
	static const char *const words[] = {"same", "differs", "unknown"};
	struct bs_json *object = bs_json_object();
	struct bs_json *changes = bs_json_array();
	char net[BS_SPF_NET_TEXT];

	bs_json_text(object, "outcome", words[status]);
	for (size_t i = 0; i < all->count; i++) {
		const struct bs_spf_change *change = &all->changes[i];
		struct bs_json *one = bs_json_object();

		bs_json_text(one, "network",
		    bs_spf_net_text(&change->net, net));
		bs_json_bool(one, "listed", !change->is_rest);
		put_said(one, "old", "old_limit", &change->from);
		put_said(one, "new", "new_limit", &change->to);
		bs_json_bool(one, "certain", bs_spf_change_is_certain(change));
		bs_json_append(changes, one);
	}
	bs_json_put(object, "changes", changes);
	bs_json_put(object, "old", side_json(&all->sides[0].flat));
	bs_json_put(object, "new", side_json(&all->sides[1].flat));
	bs_json_print(object);
}

/* 0: the same, 1: another result for some, 2: nobody can say. */
static int
exit_of(const struct bs_spf_comparison *all)
{
	for (size_t i = 0; i < all->count; i++) {
		const struct bs_spf_change *change = &all->changes[i];

		if (change->from.result != BS_SPF_TEMPERROR &&
		    change->to.result != BS_SPF_TEMPERROR &&
		    change->from.result != change->to.result)
			return BS_EXIT_NO;
	}
	return all->count > 0 ? BS_EXIT_UNKNOWN : BS_EXIT_YES;
}

/* Returns an exit status. */
static int
compare(const struct bs_call *call, struct bs_spf_tree *trees[2])
{
	struct bs_spf_comparison all;
	int status = EX_DATAERR;

	if (bs_spf_compare(trees[0], trees[1], &all) != 0) {
		bs_complain("'%.100s' has too many networks to compare",
		    call->words[all.sides[0].flat.is_too_long ? 0 : 1]);
	} else {
		status = exit_of(&all);
		if (call->json)
			print_json(&all, status);
		else
			print_text(&all);
	}
	bs_spf_comparison_free(&all);
	return status;
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
	struct bs_spf_tree *trees[2] = {NULL, NULL};
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
		status = read_side(lookup, call->words[i], domain, &trees[i]);
	if (status == 0) {
		status = compare(call, trees);
	} else {
		bs_spf_tree_free(trees[0]);
		bs_spf_tree_free(trees[1]);
	}
	bs_lookup_close(lookup);
	return status;
}
