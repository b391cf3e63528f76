/* Mail that smtpd accepted, told to the engine; no reply waits for it. */
#include <stdlib.h>
#include <string.h>

#include "filter/notice.h"

/* Long enough for an engine that restarts, short enough not to pile up. */
#define DEADLINE_MS 5000

/* Of some 2 KiB each; beyond, a hanging engine would cost smtpd's host its
 * memory. */
#define NOTICES_MAX 4096

struct bs_notice {
	struct bs_question question;
	struct bs_notice *next;
	struct bs_notice **link; /* what points here */
};

static void
release(struct bs_filter *filter, struct bs_notice *notice)
{
	*notice->link = notice->next;
	if (notice->next != NULL)
		notice->next->link = notice->link;
	filter->notice_count--;
	free(notice);
}

static void
done(struct bs_question *question, const struct bs_answer *answer)
{
	struct bs_notice *notice =
	    (struct bs_notice *)((char *)question -
				 offsetof(struct bs_notice, question));

	if (answer == NULL)
		bs_log(BS_LOG_DEBUG, "the engine was not told of a message");
	release(question->context, notice);
}

/* Without memory, or beyond the limit, a count of the engine's is too low. */
static struct bs_notice *
new_notice(struct bs_filter *filter)
{
	struct bs_notice *notice;

	if (filter->notice_count >= NOTICES_MAX ||
	    (notice = calloc(1, sizeof(*notice))) == NULL)
		return NULL;
	notice->question.done = done;
	notice->question.context = filter;
	notice->next = filter->notices;
	notice->link = &filter->notices;
	if (notice->next != NULL)
		notice->next->link = &notice->next;
	filter->notices = notice;
	filter->notice_count++;
	return notice;
}

static void
tell(struct bs_filter *filter, const struct bs_session *session,
    const char *sender, const char *recipient, unsigned recipients)
{
	struct bs_notice *notice = new_notice(filter);
	struct bs_request *request;

	if (notice == NULL)
		return;
	request = &notice->question.request;
	request->op = BS_OP_SENT;
	request->host = BS_HOST_OPENSMTPD;
	request->listener = filter->mode;
	request->auth = session->auth;
	request->has_sender = true;
	request->recipients = recipients;
	request->deadline_ms = DEADLINE_MS;
	memcpy(request->client, session->client, sizeof(request->client));
	memcpy(request->helo, session->helo, sizeof(request->helo));
	memcpy(request->sender, sender, strlen(sender) + 1);
	memcpy(request->recipient, recipient, strlen(recipient) + 1);
	if (bs_client_ask(&filter->client, &notice->question, filter->now_ms) !=
	    0)
		release(filter, notice);
}

void
bs_notice_commit(struct bs_filter *filter, const struct bs_session *session)
{
	const struct bs_transaction *tx = &session->tx;
	const struct bs_tagged *at;

	if (!tx->has_sender || tx->accepted == 0)
		return;
	/* bounces and replies that came home */
	for (at = tx->tagged; at != NULL; at = at->next)
		tell(filter, session, tx->sender, at->address, 1);
	/* mail that leaves; behind -m untag a signing hop follows, which
	 * sees it again */
	if (tx->sender[0] != '\0' && filter->mode != BS_LISTENER_UNTAG)
		tell(filter, session, tx->leaves_as, "", tx->accepted);
}

void
bs_notice_close(struct bs_filter *filter)
{
	while (filter->notices != NULL) {
		bs_client_cancel(&filter->client, &filter->notices->question);
		release(filter, filter->notices);
	}
}
