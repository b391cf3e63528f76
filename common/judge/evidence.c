/* Whether a bounce returns a message that its recipient sent: looked up by its
 * Message-ID. */
#include <string.h>

#include "common/judge/evidence.h"
#include "common/keys/day.h"

/* Days out of the window that are looked at; of more, nothing is proved. */
#define OTHER_DAYS_MAX 100

/* Whether one of the recipients that a bounce names is in a domain to which the
 * message went. *some: one was named that could tell. */
static bool
names_one(const struct bs_case *question, const struct bs_list *named,
    const struct bs_msg_record *msg, bool *some)
{
	uint8_t hash[BS_RECORD_HASH];
	struct bs_address address;
	const char *at = NULL;

	if (named->guessed)
		return false;
	while ((at = bs_list_next(named, at)) != NULL) {
		if (bs_address_parse(at, strlen(at), &address) != 0 ||
		    (address.flags & BS_ADDRESS_NO_DOMAIN) ||
		    bs_view_hash_domain(&question->view, address.domain,
			address.domain_len, hash) != 0)
			continue;
		*some = true;
		if (bs_msg_has_domain(msg, hash))
			return true;
	}
	return false;
}

/* Whether the message may have gone to a recipient that the bounce names:
 * forwarded, they have another address by then, and the first one may be told,
 * too (RFC 3464 §2.3.1). */
static bool
went_there(const struct bs_case *question, const struct bs_msg_record *msg)
{
	const struct bs_request *request = question->request;
	const struct bs_list *original = &request->original_recipients;
	const struct bs_list *final = &request->final_recipients;
	bool some = false;

	if (original->truncated || final->truncated || msg->domain_count == 0)
		return true;
	return names_one(question, original, msg, &some) ||
	       names_one(question, final, msg, &some) || !some;
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
	bool failed;		/* some look-up did */
	enum bs_evidence found; /* the best so far; _NO: no record at all */
	enum bs_reason reason;	/* why it is no better */
};

/* What a record that was found is worth. */
static enum bs_evidence
weigh(const struct search *search, struct bs_known *known,
    enum bs_reason *reason)
{
	const struct bs_msg_record *msg = &known->msg;

	known->has_msg = true;
	known->msg_is_theirs = bs_msg_has_owner(msg, search->user);
	known->msg_over_cap = is_over_cap(msg);
	known->msg_domain_differs = !went_there(search->question, msg);
	*reason = !known->msg_is_theirs	      ? BS_REASON_NOT_THEIRS
		  : known->msg_over_cap	      ? BS_REASON_OVER_CAP
		  : known->msg_domain_differs ? BS_REASON_OTHER_RECIPIENT
					      : BS_REASON_FOUND;
	switch (*reason) {
	case BS_REASON_FOUND:
		return BS_EVIDENCE_YES;
	case BS_REASON_OTHER_RECIPIENT:
		return BS_EVIDENCE_ELSEWHERE;
	default:
		return BS_EVIDENCE_NONE;
	}
}

/* Whether a record says more for the bounce than those before it. */
static bool
is_better(enum bs_evidence found, enum bs_evidence before)
{
	static const int rank[] = {
	    [BS_EVIDENCE_NO] = 0,
	    [BS_EVIDENCE_NONE] = 1,
	    [BS_EVIDENCE_ELSEWHERE] = 2,
	    [BS_EVIDENCE_YES] = 3,
	};

	return rank[found] > rank[before];
}

/* Looks a Message-ID, whose hash is in *one, up under a day. */
static void
look_up_day(struct search *search, uint32_t day, struct bs_known *one,
    struct bs_known *known)
{
	enum bs_evidence found;
	enum bs_reason reason;
	int rc;

	one->msg_key.day = day;
	rc = bs_view_msg(&search->question->view, &one->msg_key, &one->msg);
	if (rc < 0)
		search->failed = true;
	/* a record of bounces alone is of no message that was sent */
	if (rc != 0 || one->msg.sent == 0)
		return;
	found = weigh(search, one, &reason);
	if (!is_better(found, search->found))
		return;
	search->found = found;
	search->reason = reason;
	*known = *one;
}

/* Looks every Message-ID up under a range of days, the last first, until a
 * record proves the bounce. */
static void
look_up(struct search *search, uint32_t first_day, uint32_t last_day,
    struct bs_known *known)
{
	const struct bs_case *question = search->question;
	const struct bs_list *ids = &question->request->message_ids;
	const char *id = NULL;

	while (search->found != BS_EVIDENCE_YES &&
	       (id = bs_list_next(ids, id)) != NULL) {
		struct bs_known one = *known;

		bs_view_hash(&question->view, id, strlen(id),
		    one.msg_key.message_id);
		for (uint32_t day = last_day;
		     day >= first_day && search->found != BS_EVIDENCE_YES;
		     day--)
			look_up_day(search, day, &one, known);
	}
}

/* Looks under the other days that have messages, too: a clock that was wrong
 * dates what leaves, and yet it left. */
static void
look_elsewhere(struct search *search, uint32_t first_day, uint32_t last_day,
    struct bs_known *known)
{
	const struct bs_view *view = &search->question->view;
	uint32_t day = 0;
	unsigned days = 0;
	int rc;

	while (search->found != BS_EVIDENCE_YES &&
	       (rc = bs_view_msg_day(view, day, &day)) != BS_STORE_ABSENT) {
		if (rc != 0 || days > OTHER_DAYS_MAX) {
			search->failed = true;
			return;
		}
		if (day >= first_day && day <= last_day) {
			day = last_day + 1;
			continue;
		}
		look_up(search, day, day, known);
		days++;
		day++;
	}
}

/* Looks under the days from tomorrow (a clock may be ahead) back to the last of
 * the window, and then elsewhere. */
static void
look_everywhere(struct search *search, struct bs_known *known)
{
	const struct bs_case *question = search->question;
	uint32_t window = bs_day_window(question->lifetime_days);
	uint32_t first_day =
	    question->today > window ? question->today - window : 1;
	uint32_t last_day = question->today + 1;

	look_up(search, first_day, last_day, known);
	if (search->found != BS_EVIDENCE_YES)
		look_elsewhere(search, first_day, last_day, known);
}

/* Whether the bounce returns more than we were told. One that only refers to
 * messages returns none, however many those are. */
static bool
is_partial(const struct bs_request *request)
{
	return (request->partial || request->message_ids.truncated) &&
	       !request->only_refers;
}

/* What comes of a search. One that found nothing that proves the bounce says
 * nothing if a look-up failed, or if there was more to look up. */
static void
conclude(const struct search *search, const struct bs_span *span,
    struct bs_known *known)
{
	const struct bs_case *question = search->question;

	known->facts.evidence = search->found;
	known->evidence_reason = search->reason;
	if (search->found == BS_EVIDENCE_YES)
		return;
	if (search->failed || is_partial(question->request)) {
		known->facts.evidence = BS_EVIDENCE_FAILED;
		known->evidence_reason = search->failed
					     ? BS_REASON_STORE_TROUBLE
					     : BS_REASON_PARTIAL;
	} else if (search->found == BS_EVIDENCE_NO &&
		   question->request->only_refers) {
		/* a notice may refer to what the returned mail answers, which
		 * others sent */
		known->facts.evidence = BS_EVIDENCE_NONE;
		known->evidence_reason = BS_REASON_NO_MESSAGE_ID;
	} else if (search->found == BS_EVIDENCE_NO) {
		known->evidence_reason =
		    bs_recording_fault(&question->view, question->domain, span);
		if (known->evidence_reason == BS_REASON_NONE)
			known->evidence_reason = BS_REASON_NOT_FOUND;
		else
			known->facts.evidence = BS_EVIDENCE_NONE;
	}
}

void
bs_evidence_find(const struct bs_case *question, const struct bs_address *plain,
    const struct bs_span *span, struct bs_known *known)
{
	const struct bs_list *ids = &question->request->message_ids;
	struct search search = {
	    .question = question,
	    .found = BS_EVIDENCE_NO,
	};

	known->facts.evidence = BS_EVIDENCE_NONE;
	if (!question->view.config->messages) {
		known->evidence_reason = BS_REASON_MESSAGES_OFF;
		return;
	}
	if (ids->count == 0 && !is_partial(question->request)) {
		known->evidence_reason = BS_REASON_NO_MESSAGE_ID;
		return;
	}
	search.failed =
	    bs_view_hash_address(&question->view, plain, search.user) != 0;
	if (!search.failed)
		look_everywhere(&search, known);
	conclude(&search, span, known);
}
