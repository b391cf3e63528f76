/* A notice explained on the terminal: for the person, then every fact for the
 * administrator. */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "common/cli/explain/explain.h"
#include "common/cli/explain/names.h"
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
	printf("  %-14s %s\n", name, text);
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

static void
print_notice(const struct bs_explained *explained)
{
	const struct bs_dsn_facts *facts = &explained->letter->facts;
	char shown[SHOWN];

	row("notice", "%s, %s", bs_dsn_class_name(facts->class),
	    bs_message_form_name(explained->letter->form));
	if (explained->letter->form != BS_MESSAGE_FORM_PASTED)
		outside_row("from", facts->own_from);
	outside_row("subject", explained->head.subject);
	row("sender", "%s%s%s", bs_explain_sender(explained->sender),
	    explained->head.sender[0] == '\0' ? "" : ": ",
	    bs_visible(explained->head.sender, shown, sizeof(shown)));
	outside_row("judged then", explained->head.seen);
	outside_row("reporting MTA", facts->reporting_mta);
	list_rows("for", &facts->final_recipients);
	list_rows("at first for", &facts->original_recipients);
	outside_row("action", facts->action);
	outside_row("status", facts->status);
	outside_row("diagnostic", facts->diagnostic);
}

static void
print_ids(const struct bs_explained *explained)
{
	const struct bs_list *ids = &explained->letter->facts.message_ids;
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
	const struct bs_dsn_facts *facts = &explained->letter->facts;
	char text[BS_TIME_TEXT];

	if (!facts->has_returned_header)
		row("returned", "no header of the returned mail");
	print_ids(explained);
	if (facts->has_return_path)
		outside_row("Return-Path",
		    facts->return_path[0] == '\0' ? "<>" : facts->return_path);
	outside_row("From", facts->returned_from);
	outside_row("its subject", facts->returned_subject);
	if (facts->returned_date != 0)
		row("its date", "%s", bs_time_text(facts->returned_date, text));
	list_rows("it came from", &facts->received);
}

static void
print_tag(const char *name, const struct bs_explain_tag *tag,
    const struct bs_tag_record *record)
{
	char day[BS_TIME_TEXT];
	char use[BS_TIME_TEXT];

	if (!tag->is_ours)
		return;
	row(name, "%s, key %u, expires %s", bs_explain_tag(tag->fact), tag->key,
	    bs_day_text(tag->day, day));
	if (record->issued > 0)
		row("",
		    "issued %" PRIu32 " times since %s, %" PRIu32
		    " recipients, %" PRIu32 " bounces",
		    record->issued, bs_time_text(record->first_use, use),
		    record->recipients, record->bounces);
}

static void
print_record(const struct bs_explain_finding *finding)
{
	char text[BS_TIME_TEXT];

	if (!finding->has_msg)
		return;
	row("record",
	    "sent %s, %s, to %" PRIu32 " recipients in %s, %" PRIu32
	    " bounces%s%s%s",
	    bs_time_text(finding->msg.sent, text),
	    bs_explain_fate(finding->msg.fate), finding->msg.recipients,
	    bs_explain_domains(finding->msg.domain_count), finding->msg.bounces,
	    finding->msg_is_theirs ? "" : ", by another sender",
	    finding->msg_over_cap ? ", more than it can have" : "",
	    finding->msg_domain_differs
		? ", none of them in the domain that the notice names"
		: "");
}

/* The time that coverage was asked for, with the gaps in it. */
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
		row("recording", "since %s, %zu gaps",
		    bs_time_text(meta->epoch, start), meta->gap_count);
	for (size_t i = 0; i < meta->gap_count; i++)
		row("gap", "%s to %s", bs_time_text(meta->gaps[i].start, start),
		    bs_time_text(meta->gaps[i].end, end));
}

static void
print_verdict(const struct bs_explained *explained)
{
	const struct bs_explain_finding *finding = &explained->lookup.finding;
	const struct bs_row *row_found = explained->row;
	const struct bs_domain *domain = explained->domain;
	enum bs_action actions[4];
	char text[BS_TIME_TEXT];

	row("evidence", "%s%s%s", bs_explain_evidence(finding->facts.evidence),
	    finding->evidence_reason[0] == '\0' ? "" : ": ",
	    finding->evidence_reason);
	row("coverage", "%s%s%s", bs_explain_coverage(finding->facts.coverage),
	    finding->coverage_reason[0] == '\0' ? "" : ": ",
	    finding->coverage_reason);
	print_meta(explained->ground);
	row("judged as of", "%s", bs_time_text(explained->as_of, text));
	row("row", "%u, %s%s%s", row_found->number, row_found->verdict,
	    row_found->reason[0] == '\0' ? "" : ":", row_found->reason);
	bs_explain_actions(explained, actions);
	row("would be", "observe %s, mark %s, junk %s, enforce %s",
	    bs_action_names[actions[0]], bs_action_names[actions[1]],
	    bs_action_names[actions[2]], bs_action_names[actions[3]]);
	if (domain != NULL)
		row("mode", "%s is at %s", domain->name,
		    bs_mode_name(domain->mode));
}

void
bs_explain_print(const struct bs_explained *explained)
{
	struct bs_explain_words words;

	bs_explain_put(explained, &words);
	puts(words.first);
	for (size_t i = 0; i < words.count; i++)
		puts(words.more[i]);
	puts("\nFor the administrator:");
	print_notice(explained);
	if (explained->letter->is_notice)
		print_returned(explained);
	outside_row("recipient", explained->recipient);
	if (explained->recipient_field != NULL)
		row("", "as in %s", explained->recipient_field);
	print_tag("tag", &explained->tag,
	    &explained->lookup.finding.tag_record);
	print_tag("returned tag", &explained->path_tag,
	    &explained->lookup.path_record);
	if (!explained->is_judged) {
		if (explained->ground->lack != NULL)
			row("not judged", "%s", explained->ground->lack);
		return;
	}
	print_record(&explained->lookup.finding);
	print_verdict(explained);
}
