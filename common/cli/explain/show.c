/* A notice explained on the terminal: first what the person should know, then
 * every fact for the administrator. */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "common/cli/explain/answer.h"
#include "common/cli/explain/fate.h"
#include "common/cli/explain/names.h"
#include "common/cli/explain/show.h"
#include "common/cli/output.h"

#define SHOWN 1024

/* "  name          text" */
static void BS_PRINTF(2, 3) row(const char *name, const char *format, ...)
{
	char text[SHOWN];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	bs_print(stdout, "  %-14s %s\n", name, text);
}

static const char *
plural(size_t count)
{
	return count == 1 ? "" : "s";
}

/* A row of a text from outside, if there is one. */
static void
outside_row(const char *name, const char *text)
{
	char shown[SHOWN];

	if (text[0] != '\0')
		row(name, "%s", bs_visible(text, shown, sizeof(shown)));
}

static void
list_rows(const char *name, const struct bs_list *list)
{
	const char *item = NULL;

	while ((item = bs_list_next(list, item)) != NULL) {
		outside_row(name, item);
		name = "";
	}
	if (list->truncated)
		row("", "and more, for which there was no room");
}

/* Those that failed, each with its fate where these differ. */
static void
print_recipients(const struct bs_dsn_facts *facts)
{
	const struct bs_list *list = &facts->final_recipients;
	bool differ = bs_explain_fates_differ(facts);
	const char *item = NULL;
	char shown[SHOWN];
	size_t at = 0;

	while ((item = bs_list_next(list, item)) != NULL) {
		const struct bs_dsn_fate *fate = bs_explain_fate_of(facts, at);

		bs_visible(item, shown, sizeof(shown));
		if (differ && fate != NULL)
			row(at == 0 ? "for" : "", "%s: %s %s", shown,
			    fate->action, fate->status);
		else
			row(at == 0 ? "for" : "", "%s%s", shown,
			    list->guessed ? " (a guess)" : "");
		at++;
	}
	if (list->truncated)
		row("", "and more, for which there was no room");
}

static void
print_notice(const struct bs_explained *explained)
{
	const struct bs_dsn_facts *facts = &explained->message->facts;
	char shown[SHOWN];

	row("notice", "%s, %s%s", bs_dsn_class_name(facts->class),
	    bs_message_form_name(explained->message->form),
	    explained->is_rejection ? ", a rejection" : "");
	if (explained->message->form != BS_MESSAGE_FORM_PASTED)
		outside_row("from", facts->own_from);
	outside_row("subject", explained->head.subject);
	row("sender", "%s%s%s", bs_sender_name(explained->sender),
	    explained->head.sender[0] == '\0' ? "" : ": ",
	    bs_visible(explained->head.sender, shown, sizeof(shown)));
	outside_row("judged then", explained->head.seen);
	outside_row("reporting MTA", facts->reporting_mta);
	print_recipients(facts);
	list_rows("at first for", &facts->original_recipients);
	outside_row("action", facts->action);
	outside_row("status", facts->status);
	outside_row("diagnostic", facts->diagnostic);
	outside_row("disposition", facts->disposition);
}

static void
print_ids(const struct bs_explained *explained)
{
	const struct bs_list *ids = &explained->message->facts.message_ids;
	const char *id = NULL;
	char shown[SHOWN];
	size_t at = 0;

	while ((id = bs_list_next(ids, id)) != NULL && at < BS_LIST_ITEMS)
		row("Message-ID", "%s: %s",
		    bs_visible(id, shown, sizeof(shown)),
		    bs_explain_id_text(explained->lookup.ids[at++]));
}

static void
print_returned(const struct bs_explained *explained)
{
	const struct bs_dsn_facts *facts = &explained->message->facts;
	char text[BS_TIME_TEXT];

	if (!facts->has_returned_header)
		row("returned", "no header of the returned mail%s",
		    facts->only_refers ? "; the notice only refers to this:"
				       : "");
	print_ids(explained);
	if (facts->has_return_path)
		outside_row("Return-Path",
		    facts->return_path[0] == '\0' ? "<>" : facts->return_path);
	outside_row("From", facts->returned_from);
	outside_row("its subject", explained->returned_subject);
	if (facts->returned_date != 0)
		row("its date", "%s", bs_time_text(facts->returned_date, text));
	list_rows("it came from", &facts->received);
	if (explained->origin[0] != '\0')
		row("origin", "%s, which is %s", explained->origin,
		    explained->origin_is_ours ? "ours" : "not ours");
}

static void
print_tag(const char *name, const struct bs_explain_tag *tag,
    const struct bs_tag_record *record)
{
	char day[BS_TIME_TEXT];
	char use[BS_TIME_TEXT];

	if (!tag->is_ours)
		return;
	row(name, "%s, key %u, expires %s", bs_tag_fact_name(tag->fact),
	    tag->key, bs_day_text(tag->day, day));
	if (record->issued > 0)
		row("",
		    "issued %" PRIu32 " time%s since %s, %" PRIu32
		    " recipient%s, %" PRIu32 " bounce%s",
		    record->issued, plural(record->issued),
		    bs_time_text(record->first_use, use), record->recipients,
		    plural(record->recipients), record->bounces,
		    plural(record->bounces));
}

static void
print_record(const struct bs_known *known)
{
	char text[BS_TIME_TEXT];

	if (!known->has_msg)
		return;
	row("record",
	    "sent %s, %s, to %" PRIu32 " recipient%s in %s, %" PRIu32
	    " bounce%s%s%s%s",
	    bs_time_text(known->msg.sent, text),
	    bs_explain_fate(known->msg.fate), known->msg.recipients,
	    plural(known->msg.recipients),
	    bs_explain_domains(known->msg.domain_count), known->msg.bounces,
	    plural(known->msg.bounces),
	    known->msg_is_theirs ? "" : ", by another sender",
	    known->msg_over_cap ? ", more than it can have" : "",
	    known->msg_domain_differs
		? ", none of them in the domain that the notice names"
		: "");
}

/* Since when the store knows of mail, and the gaps in that time. */
static void
print_meta(const struct bs_explain_ground *ground)
{
	const struct bs_meta *meta = &ground->meta;
	char start[BS_TIME_TEXT];
	char end[BS_TIME_TEXT];

	if (!ground->has_store) {
		row("store", "none that can be read");
		return;
	}
	if (meta->epoch != 0)
		row("recording", "since %s, %zu gap%s",
		    bs_time_text(meta->epoch, start), meta->gap_count,
		    plural(meta->gap_count));
	for (size_t i = 0; i < meta->gap_count; i++)
		row("gap", "%s to %s", bs_time_text(meta->gaps[i].start, start),
		    bs_time_text(meta->gaps[i].end, end));
}

static void
print_verdict(const struct bs_explained *explained)
{
	const struct bs_known *known = &explained->lookup.known;
	const struct bs_row *row_found = explained->row;
	const struct bs_domain *domain = explained->domain;
	enum bs_action actions[4];
	char text[BS_TIME_TEXT];

	row("evidence", "%s%s%s", bs_evidence_name(known->facts.evidence),
	    known->evidence_reason == BS_REASON_NONE ? "" : ": ",
	    bs_reason_word(known->evidence_reason));
	row("coverage", "%s%s%s", bs_coverage_name(known->facts.coverage),
	    known->coverage_reason == BS_REASON_NONE ? "" : ": ",
	    bs_reason_word(known->coverage_reason));
	print_meta(explained->ground);
	row("judged as of", "%s", bs_time_text(explained->as_of, text));
	row("row", "%u, %s%s%s", row_found->number, row_found->verdict,
	    row_found->reason == BS_REASON_NONE ? "" : ":",
	    bs_reason_word(row_found->reason));
	bs_explain_actions(explained, actions);
	row("would be", "observe %s, mark %s, junk %s, enforce %s",
	    bs_action_names[actions[0]], bs_action_names[actions[1]],
	    bs_action_names[actions[2]], bs_action_names[actions[3]]);
	if (domain != NULL)
		row("mode", "%s is at %s", domain->name,
		    bs_mode_name(domain->mode));
}

/* "3 of 12: Undelivered Mail (Maildir/cur/1)" */
static void
print_place(const struct bs_explained *explained)
{
	const struct bs_explain_place *place = &explained->place;
	char subject[SHOWN];
	char file[SHOWN];

	if (place->count == 1)
		return;
	bs_visible(explained->head.subject, subject, sizeof(subject));
	bs_visible(place->file == NULL ? "standard input" : place->file, file,
	    sizeof(file));
	bs_print(stdout, "%s%zu of %zu: %s (%s)\n",
	    place->number > 1 ? "\n" : "", place->number, place->count,
	    subject[0] == '\0' ? "without a subject" : subject, file);
}

void
bs_explain_show(const struct bs_explained *explained)
{
	static struct bs_explain_answer_text words; /* large for a stack */

	print_place(explained);
	bs_explain_answer(explained, &words);
	bs_print(stdout, "%s\n", words.first);
	for (size_t i = 0; i < words.count; i++)
		bs_print(stdout, "%s\n", words.more[i]);
	/* among many messages, only bounces are of interest */
	if (explained->place.count > 1 && !explained->message->is_notice)
		return;
	puts("\nFor the administrator:");
	print_notice(explained);
	if (explained->message->is_notice)
		print_returned(explained);
	outside_row("recipient", explained->recipient);
	if (explained->recipient_field != NULL)
		row("", "as in %s", explained->recipient_field);
	print_tag("tag", &explained->tag, &explained->lookup.known.tag_record);
	print_tag("returned tag", &explained->path_tag,
	    &explained->lookup.path_record);
	if (!explained->is_judged) {
		if (explained->ground->lack != NULL)
			row("not judged", "%s", explained->ground->lack);
		return;
	}
	print_record(&explained->lookup.known);
	print_verdict(explained);
}

void
bs_explain_show_sum(const struct bs_explain_sum *sum)
{
	char text[SHOWN];

	bs_explain_sum_text(sum, text, sizeof(text));
	bs_print(stdout, "\n%s.\n", text);
}
