/* Mail that smtpd accepted, told to the engine; no reply waits for it. */
#include <stdlib.h>
#include <string.h>

#include "common/adapter/verdict.h"
#include "filter/message.h"
#include "filter/report_sent.h"

/* Long enough for an engine that restarts, short enough not to pile up. */
#define DEADLINE_MS 5000

/* Of some 12 KiB each; beyond, a hanging engine would cost smtpd's host its
 * memory. */
#define NOTICES_MAX 2048

struct bs_report_sent {
	struct bs_question question;
	struct bs_report_sent *next;
	struct bs_report_sent **link; /* what points here */
	int64_t asked_ms;	      /* monotonic */
};

static void
release(struct bs_filter *filter, struct bs_report_sent *notice)
{
	*notice->link = notice->next;
	if (notice->next != NULL)
		notice->next->link = notice->link;
	filter->notice_count--;
	free(notice);
}

/* The engine will not know of a message that left: it is told so as soon as
 * it can be told anything. */
static void
note_missed(struct bs_filter *filter, int64_t asked_ms)
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
	struct bs_report_sent *notice =
	    (struct bs_report_sent *)((char *)question -
				      offsetof(struct bs_report_sent,
					  question));
	const struct bs_request *request = &question->request;
	struct bs_filter *filter = question->context;

	if (answer == NULL && is_of_mail_that_leaves(request))
		note_missed(filter, notice->asked_ms);
	else if (answer != NULL && request->missed_seconds > 0 &&
		 filter->missed_last_ms <= notice->asked_ms)
		filter->missed_since_ms = 0;
	release(filter, notice);
}

/* Without memory, or beyond the limit, there is none. */
static struct bs_report_sent *
new_notice(struct bs_filter *filter, const struct bs_session *session)
{
	struct bs_request *request;
	struct bs_report_sent *notice;

	if (filter->notice_count >= NOTICES_MAX ||
	    (notice = calloc(1, sizeof(*notice))) == NULL)
		return NULL;
	notice->question.done = done;
	notice->question.context = filter;
	notice->asked_ms = filter->now_ms;
	notice->next = filter->notices;
	notice->link = &filter->notices;
	if (notice->next != NULL)
		notice->next->link = &notice->next;
	filter->notices = notice;
	filter->notice_count++;
	request = &notice->question.request;
	bs_session_request(session, filter->mode, request);
	request->op = BS_OP_SENT;
	request->deadline_ms = DEADLINE_MS;
	if (filter->missed_since_ms != 0)
		request->missed_seconds =
		    (unsigned)((filter->now_ms - filter->missed_since_ms) /
			       1000) +
		    1;
	return notice;
}

/* Returns whether the engine will be told, if it can be reached. */
static bool
send_notice(struct bs_filter *filter, struct bs_report_sent *notice)
{
	if (bs_client_ask(&filter->client, &notice->question, filter->now_ms) ==
	    0)
		return true;
	release(filter, notice);
	return false;
}

/* A bounce, or a reply to a tag, that came home. */
static void
tell_home(struct bs_filter *filter, const struct bs_session *session,
    const struct bs_recipient *recipient)
{
	struct bs_report_sent *notice = new_notice(filter, session);
	struct bs_request *request;

	if (notice == NULL)
		return;
	request = &notice->question.request;
	request->recipients = 1;
	memcpy(request->recipient, recipient->address,
	    strlen(recipient->address) + 1);
	if (session->message != NULL && session->message->judged)
		bs_verdict_evidence(&session->message->dsn.facts, request);
	(void)send_notice(filter, notice);
}

/* What the message says of itself; absent where it was not read. */
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
tell_leaving(struct bs_filter *filter, const struct bs_session *session)
{
	const struct bs_transaction *tx = &session->tx;
	struct bs_report_sent *notice = new_notice(filter, session);
	struct bs_request *request;

	if (notice == NULL) {
		note_missed(filter, filter->now_ms);
		return;
	}
	request = &notice->question.request;
	request->recipients = tx->accepted;
	request->recipient_domains = tx->domains;
	memcpy(request->sender, tx->leaves_as, sizeof(request->sender));
	if (session->message != NULL && !session->message->judged)
		add_message(session->message, request);
	if (!send_notice(filter, notice))
		note_missed(filter, filter->now_ms);
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
			tell_home(filter, session, at);
	/* behind -m untag a signing hop follows, which sees it again */
	if (tx->sender[0] != '\0' && filter->mode != BS_LISTENER_UNTAG)
		tell_leaving(filter, session);
}

void
bs_report_sent_refused(struct bs_filter *filter,
    const struct bs_session *session)
{
	const struct bs_transaction *tx = &session->tx;
	struct bs_report_sent *notice;

	if (filter->mode != BS_LISTENER_IN || !tx->has_sender ||
	    tx->sender[0] != '\0' || tx->recipient[0] == '\0' ||
	    tx->recipient_was_refused ||
	    (notice = new_notice(filter, session)) == NULL)
		return;
	notice->question.request.refused = true;
	memcpy(notice->question.request.recipient, tx->recipient,
	    sizeof(tx->recipient));
	(void)send_notice(filter, notice);
}

void
bs_report_sent_close(struct bs_filter *filter)
{
	while (filter->notices != NULL) {
		bs_client_cancel(&filter->client, &filter->notices->question);
		release(filter, filter->notices);
	}
}
