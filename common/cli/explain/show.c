/* A notice explained, on the terminal or as one JSON object. On the terminal,
 * first what the person should know, then every fact for the administrator. */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "common/cli/explain/answer.h"
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
	const struct bs_dsn_facts *facts = &explained->message->facts;
	char shown[SHOWN];

	row("notice", "%s, %s", bs_dsn_class_name(facts->class),
	    bs_message_form_name(explained->message->form));
	if (explained->message->form != BS_MESSAGE_FORM_PASTED)
		outside_row("from", facts->own_from);
	outside_row("subject", explained->head.subject);
	row("sender", "%s%s%s", bs_sender_name(explained->sender),
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
	row(name, "%s, key %u, expires %s", bs_tag_fact_name(tag->fact),
	    tag->key, bs_day_text(tag->day, day));
	if (record->issued > 0)
		row("",
		    "issued %" PRIu32 " times since %s, %" PRIu32
		    " recipients, %" PRIu32 " bounces",
		    record->issued, bs_time_text(record->first_use, use),
		    record->recipients, record->bounces);
}

static void
print_record(const struct bs_known *known)
{
	char text[BS_TIME_TEXT];

	if (!known->has_msg)
		return;
	row("record",
	    "sent %s, %s, to %" PRIu32 " recipients in %s, %" PRIu32
	    " bounces%s%s%s",
	    bs_time_text(known->msg.sent, text),
	    bs_explain_fate(known->msg.fate), known->msg.recipients,
	    bs_explain_domains(known->msg.domain_count), known->msg.bounces,
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
		row("recording", "since %s, %zu gaps",
		    bs_time_text(meta->epoch, start), meta->gap_count);
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

void
bs_explain_show(const struct bs_explained *explained)
{
	struct bs_explain_answer_text words;

	bs_explain_answer(explained, &words);
	bs_print(stdout, "%s\n", words.first);
	for (size_t i = 0; i < words.count; i++)
		bs_print(stdout, "%s\n", words.more[i]);
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

/* An empty text, which means that nothing was found, becomes null. */
static void
put_text(struct bs_json *json, const char *name, const char *text)
{
	bs_json_text(json, name, text[0] == '\0' ? NULL : text);
}

static struct bs_json *
list_json(const struct bs_list *list)
{
	struct bs_json *array = bs_json_array();
	const char *item = NULL;

	while ((item = bs_list_next(list, item)) != NULL)
		bs_json_append_text(array, item);
	return array;
}

/* Sets a list, and whether it is all of it. */
static void
put_list(struct bs_json *json, const char *name, const struct bs_list *list)
{
	char truncated[64];

	snprintf(truncated, sizeof(truncated), "%s_truncated", name);
	bs_json_put(json, name, list_json(list));
	bs_json_bool(json, truncated, list->truncated);
}

/* Without a judgement the verdict is unknown. */
static void
put_verdict(const struct bs_explained *explained, struct bs_json *json)
{
	const struct bs_row *row = explained->row;
	const char *verdict = "unknown";
	const char *reason = bs_explain_why(explained->why);

	if (!explained->message->is_notice)
		verdict = "not-a-bounce";
	else if (explained->is_judged) {
		verdict = row->verdict;
		reason = bs_reason_word(row->reason);
	} else if (explained->ground->lack != NULL)
		reason = explained->ground->lack;
	bs_json_text(json, "verdict", verdict);
	put_text(json, "reason", reason);
}

static void
put_answer(const struct bs_explained *explained, struct bs_json *json)
{
	static const char *const answers[] = {"yes", "no", "unknown"};
	struct bs_explain_answer_text words;
	struct bs_json *array = bs_json_array();

	bs_explain_answer(explained, &words);
	bs_json_text(json, "sent", answers[explained->answer]);
	bs_json_text(json, "because", bs_explain_why(explained->why));
	bs_json_text(json, "explanation", words.first);
	for (size_t i = 0; i < words.count; i++)
		bs_json_append_text(array, words.more[i]);
	bs_json_put(json, "advice", array);
}

static void
put_notice(const struct bs_explained *explained, struct bs_json *json)
{
	const struct bs_dsn_facts *facts = &explained->message->facts;

	put_list(json, "message_ids", &facts->message_ids);
	bs_json_text(json, "return_path",
	    facts->has_return_path ? facts->return_path : NULL);
	put_list(json, "final_recipients", &facts->final_recipients);
	put_list(json, "original_recipients", &facts->original_recipients);
	put_text(json, "status", facts->status);
	put_text(json, "action", facts->action);
	put_text(json, "reporting_mta", facts->reporting_mta);
	put_text(json, "diagnostic", facts->diagnostic);
	put_text(json, "returned_from", facts->returned_from);
	put_text(json, "returned_subject", facts->returned_subject);
	bs_json_time(json, "returned_date", facts->returned_date);
	bs_json_put(json, "received", list_json(&facts->received));
	put_text(json, "origin", explained->origin);
}

static struct bs_json *
tag_json(const struct bs_explain_tag *tag, const struct bs_tag_record *record)
{
	struct bs_json *json = bs_json_object();
	char day[BS_TIME_TEXT];

	bs_json_text(json, "tag", bs_tag_fact_name(tag->fact));
	if (tag->is_ours) {
		bs_json_number(json, "key", tag->key);
		bs_json_text(json, "expires", bs_day_text(tag->day, day));
	} else {
		bs_json_null(json, "key");
		bs_json_null(json, "expires");
	}
	bs_json_number(json, "issued", record->issued);
	bs_json_number(json, "recipients", record->recipients);
	bs_json_number(json, "bounces", record->bounces);
	return json;
}

static void
put_tags(const struct bs_explained *explained, struct bs_json *json)
{
	const struct bs_known *known = &explained->lookup.known;

	put_text(json, "recipient", explained->recipient);
	bs_json_text(json, "recipient_field", explained->recipient_field);
	bs_json_text(json, "sender", bs_sender_name(explained->sender));
	bs_json_put(json, "tag", tag_json(&explained->tag, &known->tag_record));
	bs_json_put(json, "returned_tag",
	    tag_json(&explained->path_tag, &explained->lookup.path_record));
}

static struct bs_json *
lookups_json(const struct bs_explained *explained)
{
	const struct bs_list *ids = &explained->message->facts.message_ids;
	struct bs_json *array = bs_json_array();
	const char *id = NULL;
	size_t at = 0;

	while ((id = bs_list_next(ids, id)) != NULL && at < BS_LIST_ITEMS) {
		struct bs_json *json = bs_json_object();

		bs_json_text(json, "message_id", id);
		bs_json_text(json, "found",
		    bs_explain_id(explained->lookup.ids[at++]));
		bs_json_append(array, json);
	}
	return array;
}

static struct bs_json *
record_json(const struct bs_known *known)
{
	struct bs_json *json = bs_json_object();

	bs_json_time(json, "sent", known->msg.sent);
	bs_json_text(json, "fate", bs_explain_fate(known->msg.fate));
	bs_json_number(json, "recipients", known->msg.recipients);
	bs_json_text(json, "domains",
	    bs_explain_domains(known->msg.domain_count));
	bs_json_number(json, "bounces", known->msg.bounces);
	bs_json_bool(json, "theirs", known->msg_is_theirs);
	bs_json_bool(json, "over_cap", known->msg_over_cap);
	bs_json_bool(json, "domain_differs", known->msg_domain_differs);
	return json;
}

static struct bs_json *
actions_json(const struct bs_explained *explained)
{
	struct bs_json *json = bs_json_object();
	enum bs_action actions[4];

	bs_explain_actions(explained, actions);
	for (unsigned mode = BS_OBSERVE; mode <= BS_ENFORCE; mode++)
		bs_json_text(json, bs_mode_name((enum bs_mode)mode),
		    bs_action_names[actions[mode]]);
	return json;
}

static void
put_judgement(const struct bs_explained *explained, struct bs_json *json)
{
	const struct bs_known *known = &explained->lookup.known;

	bs_json_number(json, "row", explained->row->number);
	bs_json_text(json, "evidence", bs_evidence_name(known->facts.evidence));
	put_text(json, "evidence_reason",
	    bs_reason_word(known->evidence_reason));
	bs_json_text(json, "coverage", bs_coverage_name(known->facts.coverage));
	put_text(json, "coverage_reason",
	    bs_reason_word(known->coverage_reason));
	bs_json_text(json, "issue", bs_issue_name(known->facts.issue));
	bs_json_put(json, "lookups", lookups_json(explained));
	if (known->has_msg)
		bs_json_put(json, "record", record_json(known));
	else
		bs_json_null(json, "record");
	bs_json_put(json, "actions", actions_json(explained));
	bs_json_text(json, "mode",
	    explained->domain == NULL ? NULL
				      : bs_mode_name(explained->domain->mode));
	bs_json_time(json, "as_of", explained->as_of);
}

void
bs_explain_show_json(const struct bs_explained *explained)
{
	static const char *const members[] = {"row", "evidence",
	    "evidence_reason", "coverage", "coverage_reason", "issue",
	    "lookups", "record", "actions", "mode", "as_of"};
	const struct bs_opened_message *message = explained->message;
	struct bs_json *json = bs_json_object();

	bs_json_text(json, "kind", bs_dsn_class_name(message->facts.class));
	put_verdict(explained, json);
	put_answer(explained, json);
	put_notice(explained, json);
	bs_json_text(json, "form", bs_message_form_name(message->form));
	put_tags(explained, json);
	if (explained->is_judged)
		put_judgement(explained, json);
	else
		for (size_t i = 0; i < sizeof(members) / sizeof(members[0]);
		     i++)
			bs_json_null(json, members[i]);
	bs_json_print(json);
}
