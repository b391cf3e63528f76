/* One line a verdict, for the administrator's log. */
#include <stdio.h>
#include <string.h>

#include "common/base/log.h"
#include "common/judge/log.h"

static void
log_sign(const struct bs_request *request, const struct bs_answer *answer,
    enum bs_reason reason)
{
	struct bs_log_line line;

	if (bs_reason_is_usual(reason))
		return;
	bs_log_begin(&line);
	bs_log_add(&line, "event",
	    answer->action == BS_ACTION_REWRITE ? "signed" : "unsigned");
	bs_log_add(&line, "reason", bs_reason_word(reason));
	bs_log_add(&line, "client", request->client);
	bs_log_add(&line, "sender", request->sender);
	bs_log_end(&line, BS_LOG_INFO);
}

/* A message that left signed, for whoever wants to see each. */
static void
log_left(const struct bs_request *request)
{
	const char *id = bs_list_next(&request->message_ids, NULL);
	struct bs_log_line line;

	if (!bs_log_is_debug())
		return;
	bs_log_begin(&line);
	bs_log_add(&line, "event", "signed");
	bs_log_add(&line, "listener", bs_listener_name(request->listener));
	bs_log_add(&line, "client", request->client);
	bs_log_add(&line, "sender", request->sender);
	bs_log_add_number(&line, "recipients", request->recipients);
	if (id != NULL)
		bs_log_add(&line, "message_id", id);
	bs_log_end(&line, BS_LOG_DEBUG);
}

static const char *
sender_text(const struct bs_request *request)
{
	return request->sender[0] == '\0' ? "<>" : request->sender;
}

/* What was read of the message, and what that proves. */
static void
add_message(struct bs_log_line *line, const struct bs_request *request,
    const struct bs_known *known)
{
	const char *id = bs_list_next(&request->message_ids, NULL);

	bs_log_add(line, "kind", bs_kind_name(request->kind));
	if (known->evidence_reason != BS_REASON_NONE)
		bs_log_add(line, "evidence",
		    bs_reason_word(known->evidence_reason));
	if (request->kind != BS_KIND_UNREAD)
		bs_log_add(line, "coverage",
		    known->coverage_reason == BS_REASON_NONE
			? "full"
			: bs_reason_word(known->coverage_reason));
	if (known->has_msg)
		bs_log_add_number(line, "sent_day", known->msg_key.day);
	if (id != NULL)
		bs_log_add(line, "message_id", id);
}

static void
log_verdict(const struct bs_request *request, const struct bs_answer *answer,
    const struct bs_judgement *judgement)
{
	struct bs_log_line line;

	bs_log_begin(&line);
	if (judgement->row != NULL) {
		bs_log_add(&line, "verdict", answer->verdict);
		if (answer->reason[0] != '\0')
			bs_log_add(&line, "reason", answer->reason);
		bs_log_add_number(&line, "row", judgement->row->number);
	}
	if (judgement->accepted)
		bs_log_add(&line, "accepted", "by-hand");
	if (judgement->probing)
		bs_log_add(&line, "event", "probing");
	bs_log_add(&line, "mode", bs_mode_name(judgement->mode));
	bs_log_add(&line, "action", bs_action_names[answer->action]);
	if ((judgement->mode != BS_ENFORCE ||
		(request->weighed && judgement->would != answer->action)) &&
	    judgement->would != BS_ACTION_NONE)
		bs_log_add(&line, "would", bs_action_names[judgement->would]);
	bs_log_add(&line, "listener", bs_listener_name(request->listener));
	bs_log_add(&line, "client", request->client);
	bs_log_add(&line, "helo", request->helo);
	bs_log_add(&line, "sender", sender_text(request));
	bs_log_add(&line, "recipient", request->recipient);
	if (request->spf[0] != '\0')
		bs_log_add(&line, "spf", request->spf);
	if (request->op == BS_OP_DATA)
		add_message(&line, request, &judgement->known);
	bs_log_end(&line, BS_LOG_INFO);
}

/* Whether RCPT has logged the row already, or it is that of ordinary mail. */
static bool
is_told(const struct bs_row *row, const struct bs_facts *facts)
{
	switch (row->told) {
	case BS_TOLD_AT_RCPT:
		return true;
	case BS_TOLD_LATE_OF_DAEMONS:
		return facts->sender != BS_SENDER_DAEMON;
	case BS_TOLD_ALWAYS:
		break;
	}
	return false;
}

/* Whether nothing is to be logged: it is ordinary mail, or RCPT has done it. */
static bool
is_silent(const struct bs_request *request,
    const struct bs_judgement *judgement)
{
	const struct bs_facts *facts = &judgement->known.facts;

	if (request->weighs || !facts->ours ||
	    (judgement->row == NULL && !judgement->probing))
		return true;
	if (facts->tag == BS_TAG_NONE &&
	    (facts->trusted || facts->sender == BS_SENDER_OTHER))
		return true;
	return request->op == BS_OP_DATA && judgement->row != NULL &&
	       is_told(judgement->row, facts);
}

void
bs_judge_log(const struct bs_request *request, const struct bs_answer *answer,
    const struct bs_judgement *judgement)
{
	if (request->op == BS_OP_SIGN)
		log_sign(request, answer, judgement->reason);
	else if (request->op == BS_OP_SENT &&
		 judgement->reason == BS_REASON_SIGNED)
		log_left(request);
	else if (!is_silent(request, judgement))
		log_verdict(request, answer, judgement);
}
