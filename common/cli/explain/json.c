/* A notice explained as one JSON object. */
#include <stdio.h>

#include "common/cli/explain/answer.h"
#include "common/cli/explain/fate.h"
#include "common/cli/explain/json.h"
#include "common/cli/explain/names.h"
#include "common/cli/output.h"

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
		reason = bs_reason_word(
		    bs_policy_reason(row, &explained->lookup.known.facts));
	} else if (explained->ground->lack != NULL)
		reason = explained->ground->lack;
	bs_json_text(json, "verdict", verdict);
	bs_json_known(json, "reason", reason);
}

static void
put_answer(const struct bs_explained *explained, struct bs_json *json)
{
	static const char *const answers[] = {"yes", "no", "unknown"};
	static const char *const leanings[] = {NULL, "no", "yes"};
	static struct bs_explain_answer_text words; /* large for a stack */
	struct bs_json *array = bs_json_array();

	bs_explain_answer(explained, &words);
	bs_json_text(json, "sent", answers[explained->answer]);
	bs_json_text(json, "likely", leanings[explained->leaning]);
	bs_json_text(json, "because", bs_explain_why(explained->why));
	bs_json_text(json, "explanation", words.first);
	for (size_t i = 0; i < words.count; i++)
		bs_json_append_text(array, words.more[i]);
	bs_json_put(json, "advice", array);
	bs_json_bool(json, "bait", explained->is_bait);
}

/* What became of each recipient. */
static struct bs_json *
recipients_json(const struct bs_dsn_facts *facts)
{
	struct bs_json *array = bs_json_array();
	const char *item = NULL;
	size_t at = 0;

	while ((item = bs_list_next(&facts->final_recipients, item)) != NULL) {
		const struct bs_dsn_fate *fate =
		    bs_explain_fate_of(facts, at++);
		struct bs_json *json = bs_json_object();
		char text[BS_EXPLAIN_FATE_MAX];

		bs_json_text(json, "recipient", item);
		bs_json_known(json, "action", fate == NULL ? "" : fate->action);
		bs_json_known(json, "status", fate == NULL ? "" : fate->status);
		bs_json_known(json, "diagnostic",
		    fate == NULL ? "" : fate->diagnostic);
		bs_json_text(json, "outcome",
		    fate == NULL ? NULL : bs_explain_fate_text(fate, text));
		bs_json_append(array, json);
	}
	return array;
}

static void
put_notice(const struct bs_explained *explained, struct bs_json *json)
{
	const struct bs_dsn_facts *facts = &explained->message->facts;

	put_list(json, "message_ids", &facts->message_ids);
	bs_json_bool(json, "only_refers", facts->only_refers);
	bs_json_text(json, "return_path",
	    facts->has_return_path ? facts->return_path : NULL);
	put_list(json, "final_recipients", &facts->final_recipients);
	bs_json_bool(json, "final_recipients_guessed",
	    facts->final_recipients.guessed);
	bs_json_put(json, "recipients", recipients_json(facts));
	put_list(json, "original_recipients", &facts->original_recipients);
	bs_json_known(json, "status", facts->status);
	bs_json_known(json, "action", facts->action);
	bs_json_known(json, "reporting_mta", facts->reporting_mta);
	bs_json_known(json, "diagnostic", facts->diagnostic);
	bs_json_known(json, "disposition", facts->disposition);
	bs_json_bool(json, "rejection", explained->is_rejection);
	bs_json_known(json, "rejection_text", explained->rejection);
	bs_json_known(json, "returned_from", facts->returned_from);
	bs_json_known(json, "returned_subject", explained->returned_subject);
	bs_json_time(json, "returned_date", facts->returned_date);
	bs_json_put(json, "received", list_json(&facts->received));
	bs_json_known(json, "origin", explained->origin);
	bs_json_bool(json, "origin_ours", explained->origin_is_ours);
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

	bs_json_known(json, "recipient", explained->recipient);
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
put_certain(const struct bs_explained *explained, struct bs_json *json)
{
	uint32_t day = explained->lookup.certain_day;
	char text[BS_TIME_TEXT];

	bs_json_text(json, "certain_from",
	    day == 0 ? NULL : bs_day_text(day, text));
}

static void
put_judgement(const struct bs_explained *explained, struct bs_json *json)
{
	const struct bs_known *known = &explained->lookup.known;

	bs_json_number(json, "row", explained->row->number);
	bs_json_text(json, "evidence", bs_evidence_name(known->facts.evidence));
	bs_json_known(json, "evidence_reason",
	    bs_reason_word(known->evidence_reason));
	bs_json_text(json, "coverage", bs_coverage_name(known->facts.coverage));
	bs_json_known(json, "coverage_reason",
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
	put_certain(explained, json);
}

void
bs_explain_json(const struct bs_explained *explained)
{
	static const char *const members[] = {"row", "evidence",
	    "evidence_reason", "coverage", "coverage_reason", "issue",
	    "lookups", "record", "actions", "mode", "as_of", "certain_from"};
	const struct bs_opened_message *message = explained->message;
	struct bs_json *json = bs_json_object();

	bs_json_text(json, "file", explained->place.file);
	bs_json_number(json, "number", (int64_t)explained->place.number);
	bs_json_number(json, "of", (int64_t)explained->place.count);
	bs_json_known(json, "subject", explained->head.subject);
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
