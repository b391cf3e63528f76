/* DESIGN §6: whether a bounce returns a message that its recipient sent. */
#include <string.h>

#include "common/judge/evidence.h"
#include "common/keys/day.h"

/* Whether the recipients that the bounce names, if any, may have been among
 * the message's: by their domain. */
static bool
went_there(const struct bs_view *view, const struct bs_request *request,
    const struct bs_msg_record *msg)
{
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
		    bs_view_hash_domain(view, address.domain,
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

/* What a record that was found is worth: NULL if it proves the bounce. */
static const char *
weigh(const struct bs_view *view, const struct bs_request *request,
    const uint8_t *user, struct bs_finding *finding)
{
	const struct bs_msg_record *msg = &finding->msg;

	finding->has_msg = true;
	finding->msg_is_theirs = bs_msg_has_owner(msg, user);
	finding->msg_over_cap = is_over_cap(msg);
	finding->msg_domain_differs = !went_there(view, request, msg);
	if (!finding->msg_is_theirs)
		return "not-theirs";
	if (finding->msg_over_cap)
		return "over-cap";
	if (finding->msg_domain_differs)
		return "other-recipient";
	return NULL;
}

struct search {
	const struct bs_view *view;
	const struct bs_request *request;
	uint8_t user[BS_RECORD_HASH];
	uint32_t first_day;
	uint32_t last_day;
	bool proven;
	bool trouble;
	const char *fault; /* of the last record that proved nothing */
};

/* Looks one Message-ID up, until one of its records proves the bounce. */
static void
look_up(struct search *search, const char *message_id,
    struct bs_finding *finding)
{
	struct bs_finding found = *finding;

	bs_view_hash(search->view, message_id, strlen(message_id),
	    found.msg_key.message_id);
	for (uint32_t day = search->last_day;
	     day >= search->first_day && !search->proven; day--) {
		int rc;

		found.msg_key.day = day;
		rc = bs_view_msg(search->view, &found.msg_key, &found.msg);
		if (rc < 0)
			search->trouble = true;
		/* a bounce that was counted is no message that was sent */
		if (rc != 0 || found.msg.sent == 0)
			continue;
		search->fault =
		    weigh(search->view, search->request, search->user, &found);
		search->proven = search->fault == NULL;
		*finding = found;
	}
}

/* What it means that nothing proved the bounce. */
static void
conclude(const struct search *search, const struct bs_domain *domain,
    const struct bs_span *span, struct bs_finding *finding)
{
	const struct bs_request *request = search->request;
	const char *reason;

	if (search->fault != NULL)
		reason = search->fault;
	else if (search->trouble)
		reason = "store-trouble";
	else if (request->partial || request->message_ids.truncated)
		reason = "partial";
	else
		reason = bs_recording_fault(search->view, domain, span);
	if (reason == NULL)
		finding->facts.evidence = BS_EVIDENCE_NO;
	finding->evidence_reason = reason == NULL ? "not-found" : reason;
}

void
bs_evidence_find(const struct bs_view *view, const struct bs_request *request,
    const struct bs_address *plain, const struct bs_span *span, uint32_t today,
    unsigned lifetime_days, struct bs_finding *finding)
{
	uint32_t window = bs_day_window(lifetime_days);
	struct search search = {
	    .view = view,
	    .request = request,
	    .first_day = today > window ? today - window : 1,
	    .last_day = today + 1,
	};
	const char *id = NULL;

	finding->facts.evidence = BS_EVIDENCE_NONE;
	if (!view->config->messages)
		finding->evidence_reason = "messages-off";
	else if (request->message_ids.count == 0 ||
		 bs_view_hash_address(view, plain, search.user) != 0)
		finding->evidence_reason = "no-message-id";
	if (finding->evidence_reason != NULL)
		return;
	while (!search.proven &&
	       (id = bs_list_next(&request->message_ids, id)) != NULL)
		look_up(&search, id, finding);
	if (!search.proven) {
		conclude(&search, finding->domain, span, finding);
		return;
	}
	finding->facts.evidence = BS_EVIDENCE_YES;
	finding->evidence_reason = "found";
}
