/* Op sent: what the host accepted is remembered, or counted. */
#include <string.h>

#include "common/judge/facts.h"
#include "common/judge/probe.h"
#include "common/judge/refusals.h"
#include "common/judge/sent.h"

/* Why an address can bear no tag. */
static enum bs_tally_left
obstacle_of(enum bs_reason reason)
{
	switch (reason) {
	case BS_REASON_CLOCK:
		return BS_LEFT_CLOCK;
	case BS_REASON_FOREIGN_TAG:
		return BS_LEFT_FOREIGN_TAG;
	case BS_REASON_QUOTED:
		return BS_LEFT_QUOTED;
	case BS_REASON_NON_ASCII:
		return BS_LEFT_NON_ASCII;
	case BS_REASON_SOURCE_ROUTE:
		return BS_LEFT_SOURCE_ROUTE;
	default:
		return BS_LEFT_TOO_LONG;
	}
}

/* Why a message left that bears no good tag of ours. What could have been
 * signed was not in time, or it went past the listeners that sign. */
static enum bs_tally_left
why_unsigned(const struct bs_case *question, const struct bs_address *sender)
{
	const enum bs_listener listener = question->request->listener;
	enum bs_reason reason = bs_case_unsigned(question, sender);

	switch (reason) {
	case BS_REASON_NONE:
	case BS_REASON_TAGGED:
		break;
	case BS_REASON_SIGN_OFF:
		return BS_LEFT_SIGN_OFF;
	case BS_REASON_EXEMPT:
		return BS_LEFT_EXEMPT;
	default:
		return obstacle_of(reason);
	}
	if (listener != BS_LISTENER_OUT && listener != BS_LISTENER_LOCAL)
		return BS_LEFT_ELSEWHERE;
	if (reason == BS_REASON_TAGGED)
		return BS_LEFT_BAD_TAG;
	return bs_keyring_active(question->view.keyring) == NULL
		   ? BS_LEFT_NO_KEY
		   : BS_LEFT_LATE;
}

static enum bs_msg_fate
fate_of(enum bs_tally_left left)
{
	switch (left) {
	case BS_LEFT_SIGN_OFF:
	case BS_LEFT_ELSEWHERE:
		return BS_MSG_RELAYED;
	case BS_LEFT_EXEMPT:
		return BS_MSG_EXEMPT;
	default:
		return BS_MSG_OBSTACLE;
	}
}

/* Mail of ours that left without a tag. Where one went, other mail of the
 * domain may have gone. */
static enum bs_msg_fate
note_unsigned(const struct bs_case *question, const struct bs_address *sender,
    const struct bs_address *plain)
{
	enum bs_tally_left left = why_unsigned(question, sender);
	enum bs_msg_fate fate = fate_of(left);

	bs_case_note(question, plain, BS_NOTE_UNSIGNED);
	if (fate == BS_MSG_RELAYED)
		bs_case_note_domain(question, BS_NOTE_UNSIGNED);
	if (question->domain->sign && fate != BS_MSG_EXEMPT)
		bs_case_tally(question, BS_TALLY_UNSIGNED);
	bs_case_tally_left(question, left);
	return fate;
}

/* The reverse-path of ours that a message left with. *plain is the address
 * behind the tag. */
static enum bs_msg_fate
note_sender(const struct bs_case *question, const struct bs_address *sender,
    struct bs_address *plain)
{
	struct bs_tag tag;
	struct bs_tag_key key;

	*plain = *sender;
	if (bs_tag_parse(sender, &tag) != BS_SHAPE_OURS)
		return note_unsigned(question, sender, plain);
	*plain = tag.plain;
	if (bs_keyring_verify(question->view.keyring, &tag, question->today,
		question->lifetime_days) != BS_TAG_VALID ||
	    bs_facts_tag_key(question, &tag, &key) != 0)
		return note_unsigned(question, sender, plain);
	bs_writer_count(question->judge->writer, &key,
	    question->request->recipients, 0, question->now);
	bs_case_tally(question, BS_TALLY_SIGNED);
	return BS_MSG_SIGNED;
}

static void
add_owner(const struct bs_case *question, const struct bs_address *address,
    struct bs_msg_record *record)
{
	uint8_t hash[BS_RECORD_HASH];

	if (bs_view_hash_address(&question->view, address, hash) != 0)
		return;
	bs_msg_add_owner(record, hash);
	bs_refusals_check_sent(question, address);
}

static void
add_domains(const struct bs_case *question, struct bs_msg_record *record)
{
	const struct bs_list *domains = &question->request->recipient_domains;
	uint8_t hash[BS_RECORD_HASH];
	const char *at = NULL;

	while ((at = bs_list_next(domains, at)) != NULL)
		if (bs_view_hash_domain(&question->view, at, strlen(at),
			hash) == 0)
			bs_msg_add_domain(record, hash);
	/* that no domain was told does not mean that it went nowhere */
	if (record->domain_count != domains->count || domains->count == 0 ||
	    domains->truncated || question->request->partial) {
		memset(record->domains, 0, sizeof(record->domains));
		record->domain_count = BS_MSG_MANY;
	}
}

static void
record_message(const struct bs_case *question, struct bs_msg_record *record)
{
	const char *id = bs_list_next(&question->request->message_ids, NULL);
	struct bs_msg_key key = {.day = question->today};

	add_domains(question, record);
	record->sent = question->now;
	record->recipients = question->request->recipients;
	bs_view_hash(&question->view, id, strlen(id), key.message_id);
	bs_writer_sent(question->judge->writer, &key, record, question->now);
}

/* Whether a header From of ours stands in the message; it owns it, too. */
static bool
take_header_from(struct bs_case *question, struct bs_msg_record *record)
{
	const char *text = question->request->header_from;
	struct bs_address from;

	if (bs_address_parse(text, strlen(text), &from) != 0 ||
	    bs_case_domain(question, &from) == NULL)
		return false;
	add_owner(question, &from, record);
	return true;
}

/* Mail that leaves. */
static void
outgoing(struct bs_case *question, struct bs_judgement *judgement)
{
	const struct bs_request *request = question->request;
	struct bs_msg_record record = {.fate = BS_MSG_RELAYED};
	struct bs_address sender;
	struct bs_address plain;
	bool owned;

	if (bs_address_parse(request->sender, strlen(request->sender),
		&sender) != 0 ||
	    (request->listener == BS_LISTENER_IN &&
		!bs_facts_trusted(question)))
		return; /* a stranger uses an address of ours */
	question->domain = bs_case_domain(question, &sender);
	if (question->domain != NULL) {
		record.fate = (uint8_t)note_sender(question, &sender, &plain);
		add_owner(question, &plain, &record);
		if (record.fate == BS_MSG_SIGNED)
			judgement->reason = BS_REASON_SIGNED;
	}
	owned = take_header_from(question, &record) || question->domain != NULL;
	if (!owned)
		return;
	bs_case_sends(question);
	if (!question->view.config->messages)
		return;
	if (request->message_ids.count > 0)
		record_message(question, &record);
	else if (question->domain != NULL) {
		bs_case_note(question, &plain, BS_NOTE_UNRECORDED);
		bs_case_note_domain(question, BS_NOTE_UNRECORDED);
	}
}

void
bs_judge_accepted(const struct bs_case *question, const struct bs_known *known)
{
	struct bs_writer *writer = question->judge->writer;

	if (known->facts.sender == BS_SENDER_OTHER)
		return;
	if (known->facts.tag == BS_TAG_VALID && known->has_tag_key)
		bs_writer_count(writer, &known->tag_key, 0, 1, question->now);
	/* what proved nothing must not use up the cap of what does */
	if (known->facts.evidence == BS_EVIDENCE_YES)
		bs_writer_bounced(writer, &known->msg_key, question->now);
}

/* A bounce: of a tag, of a message, or of both. */
static void
incoming(struct bs_case *question)
{
	struct bs_known known;

	if (bs_facts_find(question, &known) == 0)
		bs_judge_accepted(question, &known);
}

void
bs_judge_sent(struct bs_case *question, struct bs_judgement *judgement)
{
	const struct bs_request *request = question->request;
	int64_t missed_from = question->now - request->missed_seconds - 1;

	if (request->missed_seconds > 0)
		bs_writer_gap(question->judge->writer,
		    missed_from > 0 ? missed_from : 0, question->now);
	if (request->hello != 0)
		bs_writer_hello(question->judge->writer,
		    bs_case_adapter(request), request->hello,
		    question->now - request->knows_seconds, question->now);
	if (request->refused)
		bs_judge_refused(question);
	else if (request->recipient[0] != '\0')
		incoming(question);
	else
		outgoing(question, judgement);
}
