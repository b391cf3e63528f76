/* The verdict on a bounce: asked for each recipient, the mildest counts. */
#include <string.h>

#include "filter/ask.h"
#include "filter/message.h"
#include "filter/reply.h"
#include "filter/spf.h"
#include "filter/verdict.h"

static const char junk_field[] = "X-Spam: yes";
static const char lost_text[] =
    "451 4.3.0 This host is short of memory, try again later";

static void ask_next(struct bs_filter *filter, struct bs_message *message);

static void
say_end(struct bs_filter *filter, struct bs_message *message)
{
	message->end_is_held = false;
	if (message->lost)
		bs_ask_refuse(filter, &message->end, BS_ACTION_DEFER,
		    lost_text);
	else if (bs_policy_harm(message->action) >
		 bs_policy_harm(BS_ACTION_JUNK))
		bs_ask_refuse(filter, &message->end, message->action,
		    message->reply);
	else
		bs_ask_proceed(filter, &message->end);
}

/* One line, and nothing else: a header field of the engine's. */
static bool
is_field(const char *text)
{
	for (const char *c = text; *c != '\0'; c++)
		if (*c < 0x20 || *c > 0x7e)
			return false;
	return strchr(text, ':') != NULL;
}

static void
decide(struct bs_filter *filter, struct bs_message *message)
{
	bool is_junk =
	    message->action == BS_ACTION_JUNK &&
	    !bs_spf_marks(&message->session->tx, message->is_genuine);

	message->decided = true;
	if (!is_field(message->header))
		message->header[0] = '\0';
	bs_message_release(filter, message, message->header,
	    is_junk ? junk_field : "");
	if (message->end_is_held)
		say_end(filter, message);
}

/* An answer that may be acted upon, or none. */
static void
weigh(struct bs_message *message, const struct bs_answer *answer, bool first)
{
	static const struct bs_answer none;

	if (answer == NULL || answer->status != BS_STATUS_OK)
		answer = &none;
	if (!first &&
	    bs_policy_harm(answer->action) >= bs_policy_harm(message->action))
		return;
	message->action = answer->action;
	message->is_genuine = strcmp(answer->verdict, "genuine") == 0;
	memcpy(message->reply, answer->reply, sizeof(message->reply));
	memcpy(message->header, answer->header, sizeof(message->header));
}

static void
done(struct bs_question *question, const struct bs_answer *answer)
{
	struct bs_message *message = question->context;
	const struct bs_transaction *tx = &message->session->tx;
	struct bs_filter *filter = message->session->filter;

	if (answer == NULL)
		bs_ask_warn_unanswered(filter);
	weigh(message, answer, message->recipient == tx->recipients);
	message->recipient = message->recipient->next;
	ask_next(filter, message);
}

/* Once nothing forbids to let it pass, no other answer can matter but for the
 * log, which has one line a recipient. */
static void
ask_next(struct bs_filter *filter, struct bs_message *message)
{
	struct bs_session *session = message->session;
	struct bs_question *question = &message->question;
	struct bs_request *request = &question->request;
	int64_t left = message->ask_until - filter->now_ms;

	if (message->recipient == NULL || left <= 0) {
		if (message->recipient != NULL)
			weigh(message, NULL, true);
		decide(filter, message);
		return;
	}
	memset(question, 0, sizeof(*question));
	question->done = done;
	question->context = message;
	bs_session_request(session, filter->mode, request);
	request->op = BS_OP_DATA;
	request->deadline_ms = (unsigned)left;
	bs_verdict_evidence(&message->dsn.facts, request);
	memcpy(request->recipient, message->recipient->address,
	    strlen(message->recipient->address) + 1);
	if (bs_client_ask(&filter->client, question, filter->now_ms) == 0)
		return;
	weigh(message, NULL, true);
	message->recipient = NULL;
	decide(filter, message);
}

void
bs_verdict_ask(struct bs_filter *filter, struct bs_message *message)
{
	struct bs_session *session = message->session;

	session->filter = filter;
	message->ask_until = filter->now_ms + 2 * (int64_t)filter->deadline_ms;
	/* one that we do not know of may be the genuine one's */
	message->recipient =
	    session->tx.has_more_recipients ? NULL : session->tx.recipients;
	ask_next(filter, message);
}

void
bs_verdict_end(struct bs_filter *filter, struct bs_session *session,
    const struct bs_proto_line *line)
{
	struct bs_message *message = session->message;

	if (message == NULL) {
		bs_ask_proceed(filter, &line->asker);
		return;
	}
	/* smtpd asks once; should it not, the older request is let through */
	if (message->end_is_held)
		bs_ask_proceed(filter, &message->end);
	message->end = line->asker;
	message->end_is_held = true;
	if (!message->judged || message->decided)
		say_end(filter, message);
}

void
bs_verdict_evidence(const struct bs_dsn_facts *facts,
    struct bs_request *request)
{
	request->kind = facts->kind;
	request->message_ids = facts->message_ids;
	request->final_recipients = facts->final_recipients;
	request->original_recipients = facts->original_recipients;
	request->partial = facts->message_ids.truncated;
	if (facts->returned_date > 0)
		request->date = (uint64_t)facts->returned_date;
	memcpy(request->return_path, facts->return_path,
	    sizeof(request->return_path));
}
