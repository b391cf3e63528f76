/* Whether a bounce returns a message that its recipient sent: looked up by its
 * Message-ID. */
#include <string.h>

#include "common/judge/evidence.h"
#include "common/keys/day.h"

/* Whether the recipients that the bounce names, if any, may have been among
 * the message's: by their domain. */
static bool
went_there(const struct bs_case *question, const struct bs_msg_record *msg)
{
	const struct bs_request *request = question->request;
	const struct bs_list *named = request->original_recipients.count > 0
					  ? &request->original_recipients
					  : &request->final_recipients;
	uint8_t hash[BS_RECORD_HASH];
	struct bs_address address;
	const char *at = NULL;
	bool some = false;

	if (named->truncated || named->guessed || msg->domain_count == 0)
		return true;
	while ((at = bs_list_next(named, at)) != NULL) {
		if (bs_address_parse(at, strlen(at), &address) != 0 ||
		    (address.flags & BS_ADDRESS_NO_DOMAIN) ||
		    bs_view_hash_domain(&question->view, address.domain,
			address.domain_len, hash) != 0)
			continue;
		some = true;
		if (bs_msg_has_domain(msg, hash))
			return true;
	}
	return !some;
}

static bool
is_over_cap(const struct bs_msg_record *msg)
{
	return msg->bounces >= BS_MSG_CAP_BASE + (uint64_t)msg->recipients *
						     BS_MSG_CAP_PER_RECIPIENT;
}

/* The search for one message of one user. */
struct search {
	const struct bs_case *question;
	uint8_t user[BS_RECORD_HASH];
	bool proven;
	bool trouble;
	enum bs_reason fault; /* of the last record that proved nothing */
};

/* What the record that was found is worth: _NONE if it proves the bounce. */
static enum bs_reason
weigh(const struct search *search, struct bs_known *known)
{
	const struct bs_msg_record *msg = &known->msg;

	known->has_msg = true;
	known->msg_is_theirs = bs_msg_has_owner(msg, search->user);
	known->msg_over_cap = is_over_cap(msg);
	known->msg_domain_differs = !went_there(search->question, msg);
	if (!known->msg_is_theirs)
		return BS_REASON_NOT_THEIRS;
	if (known->msg_over_cap)
		return BS_REASON_OVER_CAP;
	if (known->msg_domain_differs)
		return BS_REASON_OTHER_RECIPIENT;
	return BS_REASON_NONE;
}

/* Looks one Message-ID up under every day from tomorrow (a clock may have been
 * ahead) back to the last day of the window, until a record proves the bounce.
 */
static void
look_up(struct search *search, const char *message_id, struct bs_known *known)
{
	const struct bs_case *question = search->question;
	uint32_t window = bs_day_window(question->lifetime_days);
	uint32_t first_day =
	    question->today > window ? question->today - window : 1;
	struct bs_known found = *known;

	bs_view_hash(&question->view, message_id, strlen(message_id),
	    found.msg_key.message_id);
	for (uint32_t day = question->today + 1;
	     day >= first_day && !search->proven; day--) {
		int rc;

		found.msg_key.day = day;
		rc = bs_view_msg(&question->view, &found.msg_key, &found.msg);
		if (rc < 0)
			search->trouble = true;
		/* a record of bounces alone is of no message that was sent */
		if (rc != 0 || found.msg.sent == 0)
			continue;
		search->fault = weigh(search, &found);
		search->proven = search->fault == BS_REASON_NONE;
		*known = found;
	}
}

/* What it means that nothing proved the bounce. */
static void
conclude(const struct search *search, const struct bs_span *span,
    struct bs_known *known)
{
	const struct bs_case *question = search->question;
	const struct bs_request *request = question->request;
	enum bs_reason reason;

	if (search->fault != BS_REASON_NONE)
		reason = search->fault;
	else if (search->trouble)
		reason = BS_REASON_STORE_TROUBLE;
	else if (request->partial || request->message_ids.truncated)
		reason = BS_REASON_PARTIAL;
	else
		reason =
		    bs_recording_fault(&question->view, question->domain, span);
	if (reason == BS_REASON_NONE) {
		known->facts.evidence = BS_EVIDENCE_NO;
		reason = BS_REASON_NOT_FOUND;
	}
	known->evidence_reason = reason;
}

void
bs_evidence_find(const struct bs_case *question, const struct bs_address *plain,
    const struct bs_span *span, struct bs_known *known)
{
	const struct bs_list *ids = &question->request->message_ids;
	struct search search = {.question = question};
	const char *id = NULL;

	known->facts.evidence = BS_EVIDENCE_NONE;
	if (!question->view.config->messages) {
		known->evidence_reason = BS_REASON_MESSAGES_OFF;
		return;
	}
	if (ids->count == 0 ||
	    bs_view_hash_address(&question->view, plain, search.user) != 0) {
		known->evidence_reason = BS_REASON_NO_MESSAGE_ID;
		return;
	}
	while (!search.proven && (id = bs_list_next(ids, id)) != NULL)
		look_up(&search, id, known);
	if (!search.proven) {
		conclude(&search, span, known);
		return;
	}
	known->facts.evidence = BS_EVIDENCE_YES;
	known->evidence_reason = BS_REASON_FOUND;
}
