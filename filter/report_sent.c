/* Mail that smtpd accepted is reported to the engine; nothing waits for that.
 */
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "common/adapter/verdict.h"
#include "filter/message.h"
#include "filter/report_sent.h"

/* Long enough for an engine that restarts, short enough not to pile up. */
#define DEADLINE_MS 5000

/* Of some 12 KiB each: beyond this, an engine that hangs would use up the
 * host's memory. */
#define REPORTS_MAX 2048

struct bs_report_sent {
	struct bs_question question;
	struct bs_report_sent *next;
	struct bs_report_sent **link; /* what points here */
	int64_t asked_ms;	      /* monotonic */
};

static void
release(struct bs_filter *filter, struct bs_report_sent *report)
{
	*report->link = report->next;
	if (report->next != NULL)
		report->next->link = report->link;
	filter->report_count--;
	free(report);
}

/* The engine does not know of a message that left. The next report says so. */
static void
note_unreported(struct bs_filter *filter, int64_t asked_ms)
{
	if (filter->missed_since_ms == 0 || asked_ms < filter->missed_since_ms)
		filter->missed_since_ms = asked_ms;
	filter->missed_last_ms = filter->now_ms;
}

static bool
is_of_mail_that_leaves(const struct bs_request *request)
{
	return request->recipient[0] == '\0';
}

static void
done(struct bs_question *question, const struct bs_answer *answer)
{
	struct bs_report_sent *report =
	    (struct bs_report_sent *)((char *)question -
				      offsetof(struct bs_report_sent,
					  question));
	const struct bs_request *request = &question->request;
	struct bs_filter *filter = question->context;

	if (answer == NULL && is_of_mail_that_leaves(request))
		note_unreported(filter, report->asked_ms);
	else if (answer != NULL && request->missed_seconds > 0 &&
		 filter->missed_last_ms <= report->asked_ms)
		filter->missed_since_ms = 0;
	release(filter, report);
}

unsigned
bs_report_sent_missed_seconds(const struct bs_filter *filter)
{
	int64_t seconds;

	if (filter->missed_since_ms == 0)
		return 0;
	seconds = (filter->now_ms - filter->missed_since_ms) / 1000 + 1;
	return seconds > UINT_MAX ? UINT_MAX : (unsigned)seconds;
}

bool
bs_report_sent_is_on_its_way(const struct bs_filter *filter, int64_t before_ms)
{
	for (const struct bs_report_sent *at = filter->reports; at != NULL;
	     at = at->next)
		if (at->asked_ms < before_ms)
			return true;
	return false;
}

/* Returns NULL beyond the limit, or without memory. */
static struct bs_report_sent *
new_report(struct bs_filter *filter, const struct bs_session *session)
{
	struct bs_request *request;
	struct bs_report_sent *report;

	if (filter->report_count >= REPORTS_MAX ||
	    (report = calloc(1, sizeof(*report))) == NULL)
		return NULL;
	report->question.done = done;
	report->question.context = filter;
	report->asked_ms = filter->now_ms;
	report->next = filter->reports;
	report->link = &filter->reports;
	if (report->next != NULL)
		report->next->link = &report->next;
	filter->reports = report;
	filter->report_count++;
	request = &report->question.request;
	bs_session_request(session, filter->mode, request);
	request->op = BS_OP_SENT;
	request->deadline_ms = DEADLINE_MS;
	request->missed_seconds = bs_report_sent_missed_seconds(filter);
	return report;
}

/* Returns whether the engine will be told, if it can be reached. */
static bool
send_report(struct bs_filter *filter, struct bs_report_sent *report)
{
	if (bs_client_ask(&filter->client, &report->question, filter->now_ms) ==
	    0)
		return true;
	release(filter, report);
	return false;
}

/* A bounce, or a reply to a tag, that came home. */
static void
report_bounce(struct bs_filter *filter, const struct bs_session *session,
    const struct bs_recipient *recipient)
{
	struct bs_report_sent *report = new_report(filter, session);
	struct bs_request *request;

	if (report == NULL)
		return;
	request = &report->question.request;
	request->recipients = 1;
	memcpy(request->recipient, recipient->address,
	    strlen(recipient->address) + 1);
	if (session->message != NULL && session->message->judged)
		bs_verdict_evidence(&session->message->dsn.facts, request);
	(void)send_report(filter, report);
}

/* Adds what the message says of itself, if it was read. */
static void
add_message(const struct bs_message *message, struct bs_request *request)
{
	const struct bs_dsn_facts *facts = &message->dsn.facts;
	const char *id = facts->own_message_id;

	if (id[0] != '\0')
		(void)!bs_list_add(&request->message_ids, id, strlen(id));
	memcpy(request->header_from, facts->own_from,
	    sizeof(request->header_from));
}

static void
report_leaving(struct bs_filter *filter, const struct bs_session *session)
{
	const struct bs_transaction *tx = &session->tx;
	struct bs_report_sent *report = new_report(filter, session);
	struct bs_request *request;

	if (report == NULL) {
		note_unreported(filter, filter->now_ms);
		return;
	}
	request = &report->question.request;
	request->recipients = tx->accepted;
	request->recipient_domains = tx->domains;
	memcpy(request->sender, tx->leaves_as, sizeof(request->sender));
	if (session->message != NULL && !session->message->judged)
		add_message(session->message, request);
	if (!send_report(filter, report))
		note_unreported(filter, filter->now_ms);
}

void
bs_report_sent_commit(struct bs_filter *filter,
    const struct bs_session *session)
{
	const struct bs_transaction *tx = &session->tx;
	bool judged = session->message != NULL && session->message->judged;

	if (!tx->has_sender || tx->accepted == 0)
		return;
	for (const struct bs_recipient *at = tx->recipients; at != NULL;
	     at = at->next)
		if (at->is_tagged || judged)
			report_bounce(filter, session, at);
	/* behind -m untag a signing hop follows, which sees it again */
	if (tx->sender[0] != '\0' && filter->mode != BS_LISTENER_UNTAG)
		report_leaving(filter, session);
}

void
bs_report_sent_refused(struct bs_filter *filter,
    const struct bs_session *session)
{
	const struct bs_transaction *tx = &session->tx;
	struct bs_report_sent *report;

	if (filter->mode != BS_LISTENER_IN || !tx->has_sender ||
	    tx->sender[0] != '\0' || tx->recipient[0] == '\0' ||
	    tx->recipient_was_refused ||
	    (report = new_report(filter, session)) == NULL)
		return;
	report->question.request.refused = true;
	memcpy(report->question.request.recipient, tx->recipient,
	    sizeof(tx->recipient));
	(void)send_report(filter, report);
}

void
bs_report_sent_outcome(struct bs_filter *filter,
    const struct bs_session *session, enum bs_action outcome)
{
	for (const struct bs_recipient *at = session->tx.recipients; at != NULL;
	     at = at->next) {
		struct bs_report_sent *report = new_report(filter, session);
		struct bs_request *request;

		if (report == NULL)
			return;
		request = &report->question.request;
		request->op = BS_OP_DATA;
		request->weighed = true;
		request->outcome = outcome;
		request->missed_seconds = 0;
		memcpy(request->recipient, at->address,
		    strlen(at->address) + 1);
		bs_verdict_evidence(&session->message->dsn.facts, request);
		(void)send_report(filter, report);
	}
}

void
bs_report_sent_close(struct bs_filter *filter)
{
	while (filter->reports != NULL) {
		bs_client_cancel(&filter->client, &filter->reports->question);
		release(filter, filter->reports);
	}
}
