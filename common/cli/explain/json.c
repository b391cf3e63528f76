/* A notice explained as one object. */
#include <stdio.h>
#include <string.h>

#include "common/cli/explain/explain.h"
#include "common/cli/explain/names.h"
#include "common/cli/output.h"

/* Empty is null: nothing of the kind was found. */
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

/* DESIGN §11. Without a judgement the verdict is unknown. */
static void
put_verdict(const struct bs_explained *explained, struct bs_json *json)
{
	const struct bs_row *row = explained->row;
	const char *verdict = "unknown";
	const char *reason = bs_explain_why(explained->why);

	if (!explained->letter->is_notice)
		verdict = "not-a-bounce";
	else if (explained->is_judged) {
		verdict = row->verdict;
		reason = row->reason;
	} else if (explained->ground->lack != NULL)
		reason = explained->ground->lack;
	bs_json_text(json, "verdict", verdict);
	put_text(json, "reason", reason);
}

static void
put_answer(const struct bs_explained *explained, struct bs_json *json)
{
	static const char *const answers[] = {"yes", "no", "unknown"};
	struct bs_explain_words words;
	struct bs_json *array = bs_json_array();

	bs_explain_put(explained, &words);
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
	const struct bs_dsn_facts *facts = &explained->letter->facts;

	bs_json_put(json, "message_ids", list_json(&facts->message_ids));
	bs_json_text(json, "return_path",
	    facts->has_return_path ? facts->return_path : NULL);
	bs_json_put(json, "final_recipients",
	    list_json(&facts->final_recipients));
	bs_json_put(json, "original_recipients",
	    list_json(&facts->original_recipients));
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

	bs_json_text(json, "tag", bs_explain_tag(tag->fact));
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
	const struct bs_explain_finding *finding = &explained->lookup.finding;

	put_text(json, "recipient", explained->recipient);
	bs_json_text(json, "recipient_field", explained->recipient_field);
	bs_json_text(json, "sender", bs_explain_sender(explained->sender));
	bs_json_put(json, "tag",
	    tag_json(&explained->tag, &finding->tag_record));
	bs_json_put(json, "returned_tag",
	    tag_json(&explained->path_tag, &explained->lookup.path_record));
}

static struct bs_json *
lookups_json(const struct bs_explained *explained)
{
	const struct bs_list *ids = &explained->letter->facts.message_ids;
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
record_json(const struct bs_explain_finding *finding)
{
	struct bs_json *json = bs_json_object();

	bs_json_time(json, "sent", finding->msg.sent);
	bs_json_text(json, "fate", bs_explain_fate(finding->msg.fate));
	bs_json_number(json, "recipients", finding->msg.recipients);
	bs_json_text(json, "domains",
	    bs_explain_domains(finding->msg.domain_count));
	bs_json_number(json, "bounces", finding->msg.bounces);
	bs_json_bool(json, "theirs", finding->msg_is_theirs);
	bs_json_bool(json, "over_cap", finding->msg_over_cap);
	bs_json_bool(json, "domain_differs", finding->msg_domain_differs);
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
	const struct bs_explain_finding *finding = &explained->lookup.finding;

	bs_json_number(json, "row", explained->row->number);
	bs_json_text(json, "evidence",
	    bs_explain_evidence(finding->facts.evidence));
	put_text(json, "evidence_reason", finding->evidence_reason);
	bs_json_text(json, "coverage",
	    bs_explain_coverage(finding->facts.coverage));
	put_text(json, "coverage_reason", finding->coverage_reason);
	bs_json_text(json, "issue", bs_explain_issue(finding->facts.issue));
	bs_json_put(json, "lookups", lookups_json(explained));
	if (finding->has_msg)
		bs_json_put(json, "record", record_json(finding));
	else
		bs_json_null(json, "record");
	bs_json_put(json, "actions", actions_json(explained));
	bs_json_text(json, "mode",
	    explained->domain == NULL ? NULL
				      : bs_mode_name(explained->domain->mode));
	bs_json_time(json, "as_of", explained->as_of);
}

void
bs_explain_print_json(const struct bs_explained *explained)
{
	static const char *const members[] = {"row", "evidence",
	    "evidence_reason", "coverage", "coverage_reason", "issue",
	    "lookups", "record", "actions", "mode", "as_of"};
	const struct bs_opened_message *letter = explained->letter;
	struct bs_json *json = bs_json_object();

	bs_json_text(json, "kind", bs_dsn_class_name(letter->facts.class));
	put_verdict(explained, json);
	put_answer(explained, json);
	put_notice(explained, json);
	bs_json_text(json, "form", bs_message_form_name(letter->form));
	put_tags(explained, json);
	if (explained->is_judged)
		put_judgement(explained, json);
	else
		for (size_t i = 0; i < sizeof(members) / sizeof(members[0]);
		     i++)
			bs_json_null(json, members[i]);
	bs_json_print(json);
}
