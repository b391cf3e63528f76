/* The message itself: its lines taken, a bounce judged, the last word said. */
#include <string.h>

#include "common/adapter/verdict.h"
#include "filter/ask.h"
#include "filter/data.h"
#include "filter/message.h"
#include "filter/report_sent.h"
#include "filter/spf.h"

static const char lost_text[] =
    "451 4.3.0 This host is short of memory, try again later";

static void ask_next(struct bs_filter *filter, struct bs_message *message);

static void
say_end(struct bs_filter *filter, struct bs_message *message)
{
	message->end_waits = false;
	if (message->lost)
		bs_ask_refuse(filter, &message->end, BS_ACTION_DEFER,
		    lost_text);
	else if (bs_policy_refuses(message->verdict.action))
		bs_ask_refuse(filter, &message->end, message->verdict.action,
		    message->verdict.reply);
	else
		bs_ask_proceed(filter, &message->end);
}

/* Whether the message has several verdicts, of which one counts. */
static bool
is_weighed(const struct bs_message *message)
{
	return message->session->tx.recipient_count > 1;
}

static void
decide(struct bs_filter *filter, struct bs_message *message)
{
	const struct bs_verdict *verdict = &message->verdict;
	bool is_junk =
	    verdict->action == BS_ACTION_JUNK &&
	    !bs_spf_marks(&message->session->tx, verdict->is_genuine);

	message->decided = true;
	if (is_weighed(message))
		bs_report_sent_outcome(filter, message->session,
		    verdict->action);
	bs_message_release(filter, message, verdict->header,
	    is_junk ? bs_verdict_junk_field : "");
	if (message->end_waits)
		say_end(filter, message);
}

static void
done(struct bs_question *question, const struct bs_answer *answer)
{
	struct bs_message *message = question->context;
	struct bs_filter *filter = message->session->filter;

	if (answer == NULL)
		bs_ask_warn_unanswered(filter);
	bs_verdict_weigh(&message->verdict, answer);
	message->recipient = message->recipient->next;
	ask_next(filter, message);
}

/* Each recipient is asked about even when an answer has already let the
 * message pass: the log has a line for each. */
static void
ask_next(struct bs_filter *filter, struct bs_message *message)
{
	struct bs_session *session = message->session;
	struct bs_question *question = &message->question;
	struct bs_request *request = &question->request;
	int64_t left = message->ask_until - filter->now_ms;

	if (message->recipient == NULL || left <= 0) {
		if (message->recipient != NULL)
			bs_verdict_weigh(&message->verdict, NULL);
		decide(filter, message);
		return;
	}
	memset(question, 0, sizeof(*question));
	question->done = done;
	question->context = message;
	bs_session_request(session, filter->mode, request);
	request->op = BS_OP_DATA;
	request->weighs = is_weighed(message);
	request->deadline_ms = (unsigned)left;
	bs_verdict_evidence(&message->dsn.facts, request);
	memcpy(request->recipient, message->recipient->address,
	    strlen(message->recipient->address) + 1);
	if (bs_client_ask(&filter->client, question, filter->now_ms) == 0)
		return;
	bs_verdict_weigh(&message->verdict, NULL);
	message->recipient = NULL;
	decide(filter, message);
}

static void
ask_first(struct bs_filter *filter, struct bs_message *message)
{
	struct bs_session *session = message->session;

	session->filter = filter;
	message->ask_until = filter->now_ms + 2 * (int64_t)filter->deadline_ms;
	/* a recipient that was not remembered may be the one it is genuine to
	 */
	message->recipient =
	    session->tx.has_more_recipients ? NULL : session->tx.recipients;
	ask_next(filter, message);
}

/* A bounce that has become too long to wait for its verdict goes on without a
 * header field. It can still be refused at its end. */
static void
judge_when_due(struct bs_filter *filter, struct bs_message *message, bool ended)
{
	bool is_long = message->backlog.len >= BS_BACKLOG_SOFT ||
		       filter->backlog_octets >= BS_BACKLOG_ALL;

	if (!message->judged)
		return;
	if (message->reads &&
	    (ended || (is_long && message->state == BS_MESSAGE_KEPT))) {
		bs_message_stop_reading(message);
		if (message->state == BS_MESSAGE_KEPT)
			message->state = BS_MESSAGE_ASKED;
		ask_first(filter, message);
	}
	if (message->state == BS_MESSAGE_ASKED &&
	    (message->lost || message->backlog.len >= BS_BACKLOG_HARD ||
		filter->backlog_octets >= BS_BACKLOG_ALL))
		bs_message_release(filter, message, "", "");
}

void
bs_data_line(struct bs_filter *filter, struct bs_session *session,
    const struct bs_proto_line *line)
{
	bs_message_line(filter, session, line);
	if (session->message != NULL)
		judge_when_due(filter, session->message,
		    bs_proto_is_end(line->text));
}

void
bs_data_end(struct bs_filter *filter, struct bs_session *session,
    const struct bs_proto_line *line)
{
	struct bs_message *message = session->message;

	if (message == NULL) {
		bs_ask_proceed(filter, &line->asker);
		return;
	}
	/* smtpd asks once; if it asks again, the older request is let through
	 */
	if (message->end_waits)
		bs_ask_proceed(filter, &message->end);
	message->end = line->asker;
	message->end_waits = true;
	/* the last line never came: there is no verdict, and none is due */
	if (message->judged && message->reads) {
		bs_message_stop_reading(message);
		message->decided = true;
		bs_message_release(filter, message, "", "");
	}
	if (!message->judged || message->decided)
		say_end(filter, message);
}
