/* One line a verdict, for the administrator's log. */
#include <stdio.h>
#include <string.h>

#include "common/judge/judge.h"
#include "common/base/log.h"
#include "common/mail/address.h"
#include "common/keys/tag.h"

/* An address for the log: never with a whole tag (DESIGN §5). */
static void
add_address(struct bs_log_line *line, const char *key, const char *text)
{
	char masked[BS_ADDRESS_MAX];
	struct bs_address address;
	struct bs_tag tag;

	if (bs_address_parse(text, strlen(text), &address) == 0 &&
	    bs_tag_parse(&address, &tag) == BS_SHAPE_OURS &&
	    bs_tag_write_masked(&tag, masked, sizeof(masked)) == 0)
		text = masked;
	bs_log_add(line, key, text);
}

static void
log_unsigned(const struct bs_request *request, const struct bs_answer *answer)
{
	static const char *const silent[] = {"signed", "not-ours", "null",
	    "sign-off", "stranger", "tagged", "untrusted"};
	struct bs_log_line line;

	for (size_t i = 0; i < sizeof(silent) / sizeof(silent[0]); i++)
		if (strcmp(answer->reason, silent[i]) == 0)
			return;
	bs_log_begin(&line);
	bs_log_add(&line, "event",
	    answer->action == BS_ACTION_REWRITE ? "signed" : "unsigned");
	bs_log_add(&line, "reason", answer->reason);
	bs_log_add(&line, "client", request->client);
	bs_log_add(&line, "sender", request->sender);
	bs_log_end(&line, BS_LOG_INFO);
}

static const char *
sender_text(const struct bs_request *request)
{
	return request->sender[0] == '\0' ? "<>" : request->sender;
}

/* What was read of the message, and what that proves. */
static void
add_message(struct bs_log_line *line, const struct bs_request *request,
    const struct bs_finding *finding)
{
	const char *id = bs_list_next(&request->message_ids, NULL);

	bs_log_add(line, "kind", bs_kind_name(request->kind));
	if (finding->evidence_reason != NULL)
		bs_log_add(line, "evidence", finding->evidence_reason);
	if (request->kind != BS_KIND_UNREAD)
		bs_log_add(line, "coverage",
		    finding->coverage_reason == NULL
			? "full"
			: finding->coverage_reason);
	if (finding->has_msg)
		bs_log_add_number(line, "sent_day", finding->msg_key.day);
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
	if (judgement->probing)
		bs_log_add(&line, "event", "probing");
	bs_log_add(&line, "mode", bs_mode_name(judgement->mode));
	bs_log_add(&line, "action", bs_action_names[answer->action]);
	if (judgement->mode != BS_ENFORCE && judgement->would != BS_ACTION_NONE)
		bs_log_add(&line, "would", bs_action_names[judgement->would]);
	bs_log_add(&line, "listener", bs_listener_name(request->listener));
	bs_log_add(&line, "client", request->client);
	bs_log_add(&line, "helo", request->helo);
	add_address(&line, "sender", sender_text(request));
	add_address(&line, "recipient", request->recipient);
	if (request->spf[0] != '\0')
		bs_log_add(&line, "spf", request->spf);
	if (request->op == BS_OP_DATA)
		add_message(&line, request, &judgement->finding);
	bs_log_end(&line, BS_LOG_INFO);
}

/* Whether there is no more to say than of any mail, or RCPT said it: what is
 * no bounce waits for no message, but for one in a daemon's name. */
static bool
is_silent(const struct bs_request *request,
    const struct bs_judgement *judgement)
{
	const struct bs_facts *facts = &judgement->finding.facts;

	if (!facts->ours || (judgement->row == NULL && !judgement->probing))
		return true;
	if (facts->tag == BS_TAG_NONE &&
	    (facts->trusted || facts->sender == BS_SENDER_OTHER))
		return true;
	if (request->op != BS_OP_DATA || judgement->row == NULL ||
	    judgement->row->number > 3)
		return false;
	return judgement->row->number != 2 || facts->sender != BS_SENDER_DAEMON;
}

void
bs_judge_log(const struct bs_request *request, const struct bs_answer *answer,
    const struct bs_judgement *judgement)
{
	if (request->op == BS_OP_SIGN)
		log_unsigned(request, answer);
	else if (!is_silent(request, judgement))
		log_verdict(request, answer, judgement);
}
