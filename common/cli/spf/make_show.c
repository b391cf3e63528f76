/* What 'backstop spf make' prints in the end. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/cli/output.h"
#include "common/cli/spf/compare.h"
#include "common/cli/spf/make_show.h"
#include "common/policy/spf_words.h"
#include "common/spf/lint/zone.h"
#include "common/spf/run_state.h"

/* Columns of a comment, without its mark. */
#define COMMENT_COLUMNS 74

/* Networks of a kind that are shown. */
#define SHOWN_MAX 20

/* How the record may end: what comes next, and when. */
static const struct stage {
	const char *all;
	const char *advice;
} stages[] = {
    {"?all", "Watch it for two weeks: does mail of yours come from elsewhere? "
	     "Then go on:"},
    {"~all", "Forged mail looks suspicious now. After a month in which no mail "
	     "of yours failed:"},
    {"-all", "Forged mail is refused now. Forwarders without SRS lose mail of "
	     "yours, too."},
};
#define STAGES (sizeof(stages) / sizeof(stages[0]))

/* A text as comments; a line of it that is too long goes on in the next one. */
static void
print_comment(const char *text)
{
	size_t indent = strncmp(text, "- ", 2) == 0 ? 2 : 0;
	bool is_first = true;

	while (*text != '\0') {
		size_t len = strlen(text);

		if (len > COMMENT_COLUMNS) {
			len = COMMENT_COLUMNS;
			while (len > 0 && text[len] != ' ')
				len--;
			if (len == 0)
				len = strcspn(text, " ");
		}
		bs_print(stdout, "; %s%.*s\n",
		    is_first || indent == 0 ? "" : "  ", (int)len, text);
		is_first = false;
		text += len;
		text += strspn(text, " ");
	}
}

/* The domain's record with the end that was chosen, and with those to come. */
static void
print_stages(const struct bs_spf_wizard *wizard,
    const struct bs_spf_entry *entry)
{
	char record[BS_SPF_RECORD_MAX];
	char line[BS_SPF_LINE];
	bool shown = false;

	for (size_t i = 0; i < STAGES; i++) {
		bool is_now = strcmp(stages[i].all, wizard->all) == 0;

		shown = shown || is_now;
		/* what does not fit is not to be forbidden */
		if (!shown || (wizard->unfit_count > 0 && !is_now) ||
		    bs_spf_draft_write(&wizard->draft, stages[i].all, record,
			sizeof(record)) < 0)
			continue;
		bs_print(stdout, "%s%s\n", is_now ? "" : "; ",
		    bs_spf_publish_line(entry, record, line));
		print_comment(
		    wizard->unfit_count > 0
			? "It says nothing of others, as not all "
			  "senders fit; see below. Go on to ~all when "
			  "they do."
			: stages[i].advice);
	}
}

static void
print_zone(const struct bs_spf_wizard *wizard,
    const struct bs_spf_publish *publish)
{
	const char *lead = "";
	char line[BS_SPF_LINE];

	puts("\n; For the zone file:");
	if (wizard->has_present)
		puts("; Put the first in the place of the SPF record that is "
		     "there: two are an error.");
	for (size_t i = 0; i < publish->count; i++) {
		const struct bs_spf_entry *entry = &publish->list[i];

		if (strcmp(lead, entry->lead) != 0) {
			puts("");
			print_comment(entry->lead);
		}
		lead = entry->lead;
		if (i == 0 && wizard->sends)
			print_stages(wizard, entry);
		else
			bs_print(stdout, "%s\n",
			    bs_spf_publish_line(entry, entry->value, line));
	}
}

/* What somebody types who has no zone file. */
static void
print_panel(const struct bs_spf_wizard *wizard,
    const struct bs_spf_publish *publish)
{
	bool is_long = false;

	puts("\n; In a web panel (name, type, value; without quotes):");
	for (size_t i = 0; i < publish->count; i++) {
		const struct bs_spf_entry *entry = &publish->list[i];

		bs_print(stdout, ";   %s  %s  %s\n", entry->name, entry->type,
		    entry->value);
		is_long = is_long || strlen(entry->value) > BS_SPF_STRING_MAX;
	}
	bs_print(stdout,
	    "; Many panels add the domain by themselves: there, %s is @, and "
	    "www.%s is www.\n",
	    wizard->domain, wizard->domain);
	if (is_long)
		bs_print(stdout,
		    "; A value of more than %d signs goes into one record all "
		    "the same, never into two; a\n; panel that refuses it takes "
		    "it as the zone line has it, in quotes.\n",
		    BS_SPF_STRING_MAX);
}

static void
print_unfit(const struct bs_spf_wizard *wizard)
{
	static const char *const ways[] = {
	    "- A service that signs with DKIM as your domain needs no SPF: "
	    "DMARC passes by the signature. Ask it for that first.",
	    "- ip4: and ip6: in the place of mx and a; change them when the "
	    "hosts move.",
	    "- A narrower include: ask the service for the one that customers "
	    "like you need.",
	    "- The flattened form: its networks in the record. The price: when "
	    "the service changes them, nobody tells you, and mail fails; look "
	    "at them each month.",
	    "- A subdomain a service: let it send as somebody@ a subdomain, "
	    "which has ten look-ups of its own:",
	};

	if (wizard->unfit_count == 0)
		return;
	bs_print(stdout,
	    "\n; Not in the record, as more than %d look-ups, or %d that find "
	    "nothing, void all of it:\n",
	    BS_SPF_LOOKUPS_MAX, BS_SPF_VOIDS_MAX);
	for (size_t i = 0; i < wizard->unfit_count; i++)
		bs_print(stdout, ";   %s  (%u look-up%s)\n",
		    wizard->unfit[i].term, wizard->unfit[i].lookups,
		    wizard->unfit[i].lookups == 1 ? "" : "s");
	print_comment("What they send gets no pass until you take one of the "
		      "ways out:");
	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++)
		print_comment(ways[i]);
	for (size_t i = 0; i < wizard->unfit_count; i++)
		bs_print(stdout,
		    ";     news%zu.%s. 3600 IN TXT \"v=spf1 %s ~all\"\n", i + 1,
		    wizard->domain, wizard->unfit[i].term);
}

/* Whether DNS tells of neither side. */
static bool
is_unknown(const struct bs_spf_change *change)
{
	return change->from.result == BS_SPF_TEMPERROR &&
	       change->to.result == BS_SPF_TEMPERROR;
}

/* Whether a change is of this kind: 0 loses, 1 gains, 2 another result, 3 none
 * that is known. */
static bool
is_kind(const struct bs_spf_change *change, unsigned kind)
{
	bool did = change->from.result == BS_SPF_PASS;
	bool does = change->to.result == BS_SPF_PASS;

	return kind == 3   ? is_unknown(change)
	       : kind == 0 ? did && !does
	       : kind == 1 ? !did && does
			   : did == does && !is_unknown(change);
}

static void
print_changes_of(const struct bs_spf_comparison *all, unsigned kind,
    const char *title)
{
	char from[BS_SPF_SAID_TEXT];
	char to[BS_SPF_SAID_TEXT];
	char net[BS_SPF_NET_TEXT];
	size_t count = 0;

	for (size_t i = 0; i < all->count; i++) {
		const struct bs_spf_change *change = &all->changes[i];
		const char *rest = change->net.is_ip6 ? "IPv6, not listed"
						      : "IPv4, not listed";

		if (!is_kind(change, kind) || count++ >= SHOWN_MAX)
			continue;
		if (count == 1)
			print_comment(title);
		bs_print(stdout, ";   %-40s %s -> %s%s\n",
		    change->is_rest ? rest : bs_spf_net_text(&change->net, net),
		    bs_spf_said_text(&change->from, from),
		    bs_spf_said_text(&change->to, to),
		    bs_spf_change_is_certain(change) ? "" : ", not certain");
	}
	if (count > SHOWN_MAX)
		bs_print(stdout, ";   and %zu more; see: backstop spf diff\n",
		    count - SHOWN_MAX);
}

/* Compares the present record with the new one. Returns whether that could be
 * done; free it in any case. */
static bool
compare(struct bs_spf_wizard *wizard, const struct bs_spf_publish *publish,
    struct bs_spf_comparison *out)
{
	const char *record = publish->list[0].value;

	return bs_spf_compare(bs_spf_tree_read(wizard->lookup, wizard->domain),
		   bs_spf_tree_given(wizard->lookup, wizard->domain, record,
		       strlen(record)),
		   out) == 0;
}

/* Whether the two are one, word by word. */
static bool
is_same_record(const struct bs_spf_comparison *all)
{
	const struct bs_spf_place *old = &all->sides[0].tree->places[0];
	const struct bs_spf_place *new = &all->sides[1].tree->places[0];

	return old->text != NULL && new->text != NULL &&
	       old->len == new->len &&memcmp(old->text, new->text, old->len) ==
		   0;
}

static void
print_changes(struct bs_spf_wizard *wizard,
    const struct bs_spf_publish *publish)
{
	struct bs_spf_comparison all;

	if (!wizard->has_present && !wizard->is_unknown) {
		puts("\n; There is no record now: nobody loses anything but "
		     "what comes from elsewhere.");
		return;
	}
	puts("\n; Beside the record that is there now:");
	if (wizard->is_unknown) {
		puts("; it is not known, as DNS gave no answer: look before "
		     "you publish.");
		return;
	}
	if (!compare(wizard, publish, &all))
		puts("; they have too many networks to compare.");
	else if (is_same_record(&all))
		puts(
		    "; it is the same record: every address gets the same result.");
	else if (all.count == 0)
		puts("; every address gets the same result.");
	if (is_same_record(&all))
		all.count = 0;
	print_changes_of(&all, 0, "Who passes now, and would not:");
	print_changes_of(&all, 1, "Who would pass, and does not now:");
	print_changes_of(&all, 2, "Who gets another result:");
	print_changes_of(&all, 3,
	    "Not known of either record, as DNS gives no answer for a part:");
	bs_spf_comparison_free(&all);
}

static void
print_backscatter(void)
{
	puts("");
	print_comment(
	    "Against backscatter: mail forged in your name that a server "
	    "refuses by SPF at once never becomes a bounce to you. Only "
	    "servers that check SPF do so, and most of those at -all alone, "
	    "not at ~all or ?all. It stops no bounce of a server that accepts "
	    "forged mail first, and cannot tell a false bounce from a genuine "
	    "one: signed return paths do, see backstop(7).");
}

void
bs_spf_make_show(struct bs_spf_wizard *wizard,
    const struct bs_spf_publish *publish)
{
	print_zone(wizard, publish);
	if (publish->notes.count > 0)
		puts("");
	for (size_t i = 0; i < publish->notes.count; i++)
		print_comment(publish->notes.list[i]);
	print_panel(wizard, publish);
	print_unfit(wizard);
	print_changes(wizard, publish);
	print_backscatter();
	bs_print(stdout,
	    "\n; A domain that forwards with SRS needs a record of its own. "
	    "When it is published:\n;   backstop spf lint %s\n",
	    wizard->domain);
}

static struct bs_json *
changes_json(struct bs_spf_wizard *wizard, const struct bs_spf_publish *publish)
{
	struct bs_json *array = bs_json_array();
	struct bs_spf_comparison all;
	char net[BS_SPF_NET_TEXT];

	if (!wizard->has_present)
		return array;
	if (!compare(wizard, publish, &all) || is_same_record(&all))
		all.count = 0;
	for (size_t i = 0; i < all.count; i++) {
		const struct bs_spf_change *change = &all.changes[i];
		struct bs_json *one = bs_json_object();

		bs_json_text(one, "network",
		    bs_spf_net_text(&change->net, net));
		bs_json_bool(one, "listed", !change->is_rest);
		bs_json_text(one, "old",
		    bs_spf_result_name(change->from.result));
		bs_json_text(one, "new", bs_spf_result_name(change->to.result));
		bs_json_bool(one, "certain", bs_spf_change_is_certain(change));
		bs_json_append(array, one);
	}
	bs_spf_comparison_free(&all);
	return array;
}

static struct bs_json *
texts_json(const struct bs_spf_texts *texts)
{
	struct bs_json *array = bs_json_array();

	for (size_t i = 0; i < texts->count; i++)
		bs_json_append_text(array, texts->list[i]);
	return array;
}

void
bs_spf_make_show_json(struct bs_spf_wizard *wizard,
    const struct bs_spf_publish *publish)
{
	struct bs_json *object = bs_json_object();
	struct bs_json *zone = bs_json_array();
	struct bs_json *panel = bs_json_array();
	struct bs_json *unfit = bs_json_array();
	char line[BS_SPF_LINE];

	bs_json_text(object, "domain", wizard->domain);
	bs_json_text(object, "record", publish->list[0].value);
	for (size_t i = 0; i < publish->count; i++) {
		const struct bs_spf_entry *entry = &publish->list[i];
		struct bs_json *one = bs_json_object();

		bs_json_append_text(zone,
		    bs_spf_publish_line(entry, entry->value, line));
		bs_json_text(one, "name", entry->name);
		bs_json_text(one, "type", entry->type);
		bs_json_text(one, "value", entry->value);
		bs_json_append(panel, one);
	}
	for (size_t i = 0; i < wizard->unfit_count; i++)
		bs_json_append_text(unfit, wizard->unfit[i].term);
	bs_json_put(object, "zone", zone);
	bs_json_put(object, "panel", panel);
	bs_json_put(object, "left_out", unfit);
	bs_json_put(object, "notes", texts_json(&publish->notes));
	bs_json_put(object, "changes", changes_json(wizard, publish));
	bs_json_print(object);
}

void
bs_spf_make_show_none(const struct bs_spf_wizard *wizard, bool as_json)
{
	struct bs_json *object;

	if (!as_json) {
		bs_print(stdout,
		    "\n; No record: something sends mail for %s, but nobody is "
		    "named, and a record without\n; senders would forbid all of "
		    "it. Find out who sends, and type again:\n;   backstop spf "
		    "make %s\n",
		    wizard->domain, wizard->domain);
		print_unfit(wizard);
		return;
	}
	object = bs_json_object();
	bs_json_text(object, "domain", wizard->domain);
	bs_json_null(object, "record");
	bs_json_put(object, "zone", bs_json_array());
	bs_json_print(object);
}
