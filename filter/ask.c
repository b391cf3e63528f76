/* Requests of smtpd that wait while the engine is asked, and their replies. */
#include <string.h>

#include "common/adapter/verdict.h"
#include "filter/ask.h"
#include "filter/field.h"
#include "filter/notify.h"
#include "filter/reply.h"
#include "filter/spf.h"

void
bs_ask_put(struct bs_filter *filter, const struct bs_proto_asker *asker,
    const char *line, int len)
{
	char proceed[BS_REPLY_MAX];
	unsigned missed;

	if (len > 0 && bs_out_add(&filter->out, line, (size_t)len) == 0)
		return;
	len = bs_reply_proceed(asker, proceed, sizeof(proceed));
	if (len > 0 && bs_out_add(&filter->out, proceed, (size_t)len) == 0)
		return;
	if (bs_log_allowed(&filter->lost, filter->now_ms, &missed))
		bs_log(BS_LOG_ERR, "smtpd does not read: a reply was lost");
}

void
bs_ask_proceed(struct bs_filter *filter, const struct bs_proto_asker *asker)
{
	bs_ask_put(filter, asker, NULL, 0);
}

static void
reject(struct bs_filter *filter, const struct bs_proto_asker *asker,
    const char *text)
{
	char line[BS_REPLY_MAX];

	bs_ask_put(filter, asker, line,
	    bs_reply_reject(asker, text, line, sizeof(line)));
}

/* Whether smtpd is to tell the sender of nothing, for the recipient at hand,
 * and can be told so. */
static bool
withholds_dsn(struct bs_filter *filter, const struct bs_session *session)
{
	if (session->phase != BS_PROTO_RCPT_TO || !session->tx.spf.no_dsn)
		return false;
	if (bs_notify_is_offered(filter, session))
		return true;
	bs_notify_warn(filter, session);
	return false;
}

/* Returns whether the address was taken; else the mail goes as it came. */
static bool
rewrite(struct bs_filter *filter, const struct bs_session *session,
    const char *old, const char *address)
{
	char line[BS_REPLY_MAX];
	char never[BS_NOTIFY_MAX];
	struct bs_text command = {session->command, session->command_len};
	struct bs_text bare = {old, strlen(old)};
	struct bs_text params = bs_field_params(command, session->phase, bare);
	int len;

	if (withholds_dsn(filter, session))
		params = bs_notify_never(params, never);
	len = bs_reply_rewrite(&session->asker, address, params, line,
	    sizeof(line));
	bs_ask_put(filter, &session->asker, line, len);
	return len > 0;
}

void
bs_ask_warn_unanswered(struct bs_filter *filter)
{
	unsigned missed;

	if (bs_log_allowed(&filter->unanswered, filter->now_ms, &missed))
		bs_log(BS_LOG_WARNING,
		    "no answer from the engine at %s: %s; %u more since the "
		    "last such line",
		    filter->client.path,
		    filter->mode == BS_LISTENER_OUT
			? "mail leaves unsigned"
			: "mail passes unjudged, tagged recipients wait",
		    missed);
}

/* Whether there is an answer that may be acted upon. */
static bool
is_answer(struct bs_filter *filter, const struct bs_answer *answer)
{
	if (answer != NULL && answer->status == BS_STATUS_OK)
		return true;
	bs_ask_warn_unanswered(filter);
	return false;
}

/* smtpd 6.6 and later tell the name before the first command. */
static void
warn_no_name(struct bs_filter *filter)
{
	if (filter->told_no_name)
		return;
	filter->told_no_name = true;
	bs_log(BS_LOG_WARNING,
	    "smtpd has not told the name of a listener: mail of senders "
	    "without a domain leaves unsigned there");
}

static void
reply_to_mail(struct bs_filter *filter, struct bs_session *session,
    const struct bs_answer *answer)
{
	struct bs_transaction *tx = &session->tx;

	if (is_answer(filter, answer) && answer->action == BS_ACTION_REWRITE &&
	    bs_reply_is_address(answer->address)) {
		if (rewrite(filter, session, tx->sender, answer->address))
			memcpy(tx->leaves_as, answer->address,
			    sizeof(tx->leaves_as));
		return;
	}
	if (answer != NULL && strcmp(answer->reason, "no-domain") == 0)
		warn_no_name(filter);
	bs_ask_proceed(filter, &session->asker);
}

/* Only the engine's answer can refuse the sender. */
static void
reply_to_sender(struct bs_filter *filter, struct bs_session *session,
    const struct bs_answer *answer)
{
	bool is_word = is_answer(filter, answer);

	bs_spf_remember(filter, session, answer);
	if (is_word && bs_verdict_refuses_sender(answer, session->tx.sender))
		reject(filter, &session->asker, answer->reply);
	else
		bs_ask_proceed(filter, &session->asker);
}

/* On the socket nothing is refused: smtpd's own bounces come in there, and one
 * that is refused is lost. */
static bool
may_refuse(const struct bs_filter *filter)
{
	return filter->mode == BS_LISTENER_IN;
}

void
bs_ask_refuse(struct bs_filter *filter, const struct bs_proto_asker *asker,
    enum bs_action action, const char *text)
{
	reject(filter, asker, bs_verdict_reply(action, text));
}

/* The recipient stays who it is. */
static void
keep_address(struct bs_filter *filter, const struct bs_session *session)
{
	if (withholds_dsn(filter, session))
		(void)rewrite(filter, session, session->tx.recipient,
		    session->tx.recipient);
	else
		bs_ask_proceed(filter, &session->asker);
}

/* smtpd would call a tagged recipient unknown, and its bounce would be lost, so
 * it is put off; any other passes. */
static void
reply_unjudged(struct bs_filter *filter, const struct bs_session *session)
{
	if (session->tx.recipient_is_tagged)
		reject(filter, &session->asker, bs_verdict_unanswered);
	else
		keep_address(filter, session);
}

/* Why a recipient must not share the message with those before it: a reply, or
 * NULL. Where the message is not read, it has no verdict to share. */
static const char *
must_wait(const struct bs_filter *filter, const struct bs_session *session,
    const struct bs_answer *answer)
{
	const struct bs_transaction *tx = &session->tx;

	if (!filter->inspects || !may_refuse(filter) || !tx->is_bounce ||
	    strcmp(answer->verdict, "trusted") == 0)
		return NULL;
	if (tx->recipient_count >= BS_RECIPIENTS_MAX)
		return bs_verdict_too_many;
	return bs_verdict_must_part(tx->company, answer->company)
		   ? bs_verdict_apart
		   : NULL;
}

static void
refuse_recipient(struct bs_filter *filter, struct bs_session *session,
    enum bs_action action, const char *text)
{
	session->tx.recipient_was_refused = true;
	bs_ask_refuse(filter, &session->asker, action, text);
}

static void
reply_to_rcpt(struct bs_filter *filter, struct bs_session *session,
    const struct bs_answer *answer)
{
	struct bs_transaction *tx = &session->tx;
	const char *text;

	if (!is_answer(filter, answer)) {
		reply_unjudged(filter, session);
		return;
	}
	if (bs_policy_refuses(answer->action) && may_refuse(filter)) {
		refuse_recipient(filter, session, answer->action,
		    answer->reply);
		return;
	}
	if ((text = must_wait(filter, session, answer)) != NULL) {
		refuse_recipient(filter, session, BS_ACTION_DEFER, text);
		return;
	}
	tx->recipient_company = answer->company;
	tx->recipient_is_junk = answer->action == BS_ACTION_JUNK;
	if (strcmp(answer->verdict, "genuine") == 0)
		tx->has_genuine = true;
	if (bs_reply_is_address(answer->address))
		(void)rewrite(filter, session, tx->recipient, answer->address);
	else
		keep_address(filter, session);
}

static void
done(struct bs_question *question, const struct bs_answer *answer)
{
	struct bs_session *session = question->context;

	session->waits = false;
	if (question->request.op == BS_OP_SPF)
		reply_to_sender(session->filter, session, answer);
	else if (session->phase == BS_PROTO_MAIL_FROM)
		reply_to_mail(session->filter, session, answer);
	else
		reply_to_rcpt(session->filter, session, answer);
}

void
bs_ask_engine(struct bs_filter *filter, struct bs_session *session,
    const struct bs_proto_line *line, enum bs_op op)
{
	/* an address that does not fit the wire is not ours to judge */
	static const struct bs_answer passing = {.company = BS_COMPANY_PASSING};
	struct bs_question *question = &session->question;
	struct bs_request *request = &question->request;
	const struct bs_transaction *tx = &session->tx;

	memset(question, 0, sizeof(*question));
	question->done = done;
	question->context = session;
	bs_session_request(session, filter->mode, request);
	request->op = op;
	request->deadline_ms = filter->deadline_ms;
	if (op == BS_OP_SPF) {
		request->deadline_ms = filter->spf_deadline_ms;
		request->tells = !bs_notify_is_offered(filter, session);
		memcpy(request->receiver, filter->name,
		    sizeof(request->receiver));
	}
	if (op == BS_OP_SIGN)
		memcpy(request->sender, tx->leaves_as, sizeof(request->sender));
	if (op == BS_OP_RCPT) {
		memcpy(request->recipient, tx->recipient,
		    sizeof(request->recipient));
		request->inspect = filter->inspects && tx->is_bounce &&
				   filter->mode == BS_LISTENER_IN;
	}
	session->filter = filter;
	session->phase = line->phase;
	session->asker = line->asker;
	session->waits = true;
	if (bs_client_ask(&filter->client, question, filter->now_ms) != 0) {
		session->waits = false;
		if (op == BS_OP_RCPT)
			reply_to_rcpt(filter, session, &passing);
		else
			bs_ask_proceed(filter, &line->asker);
	}
}

/* smtpd asks one thing at a time. If it ever asks two, the older request is let
 * through, so that each gets one reply. */
void
bs_ask_settle(struct bs_filter *filter, struct bs_session *session)
{
	if (!session->waits)
		return;
	bs_client_cancel(&filter->client, &session->question);
	session->waits = false;
	bs_ask_proceed(filter, &session->asker);
}

void
bs_ask_drop(struct bs_filter *filter, struct bs_session *session)
{
	bs_client_cancel(&filter->client, &session->question);
	session->waits = false;
}
