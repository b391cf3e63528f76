/* Each line of smtpd's, brought to the part that it is for. */
#include <string.h>

#include "filter/ask.h"
#include "filter/data.h"
#include "filter/dispatch.h"
#include "filter/message.h"
#include "filter/notify.h"
#include "filter/report_sent.h"
#include "filter/reply.h"
#include "filter/spf.h"

static void
handle_mail(struct bs_filter *filter, struct bs_session *session,
    const struct bs_proto_line *line)
{
	bool signs = filter->mode == BS_LISTENER_OUT ||
		     filter->mode == BS_LISTENER_LOCAL;

	bs_message_drop(filter, session);
	bs_session_mail(session, line->text);
	if (signs && session->tx.sender[0] != '\0')
		bs_ask_engine(filter, session, line, BS_OP_SIGN);
	else if (bs_spf_is_due(filter, session))
		bs_ask_engine(filter, session, line, BS_OP_SPF);
	else
		bs_ask_proceed(filter, &line->asker);
}

static void
handle_rcpt(struct bs_filter *filter, struct bs_session *session,
    const struct bs_proto_line *line)
{
	if (bs_session_rcpt(session, line->text))
		bs_ask_engine(filter, session, line, BS_OP_RCPT);
	else
		bs_ask_proceed(filter, &line->asker);
}

/* Whether a message that is not read is junk: the engine says so for all of
 * its recipients, or SPF says so and it is genuine to none of them. */
static bool
is_junk(const struct bs_transaction *tx)
{
	return tx->accepted > 0 &&
	       (tx->junk == tx->accepted || bs_spf_marks(tx, false));
}

/* smtpd itself marks a message as junk, for all of its recipients at once,
 * where the message is not read. */
static void
handle_data(struct bs_filter *filter, const struct bs_session *session,
    const struct bs_proto_line *line)
{
	char text[BS_REPLY_MAX];

	if (!filter->inspects && is_junk(&session->tx))
		bs_ask_put(filter, &line->asker, text,
		    bs_reply_junk(&line->asker, text, sizeof(text)));
	else
		bs_ask_proceed(filter, &line->asker);
}

/* A request of a session that there was no memory for. */
static void
handle_stranger(struct bs_filter *filter, const struct bs_proto_line *line)
{
	if (line->phase == BS_PROTO_DATA_LINE)
		bs_message_pass(filter, &line->asker, line->text);
	else
		bs_ask_proceed(filter, &line->asker);
}

static void
handle_request(struct bs_filter *filter, const struct bs_proto_line *line)
{
	struct bs_session *session =
	    bs_sessions_find(&filter->sessions, line->asker.session);

	if (session == NULL) {
		handle_stranger(filter, line);
		return;
	}
	if (line->phase == BS_PROTO_DATA_LINE) {
		bs_data_line(filter, session, line);
		return;
	}
	bs_ask_settle(filter, session);
	switch (line->phase) {
	case BS_PROTO_MAIL_FROM:
		handle_mail(filter, session, line);
		return;
	case BS_PROTO_RCPT_TO:
		handle_rcpt(filter, session, line);
		return;
	case BS_PROTO_DATA:
		handle_data(filter, session, line);
		return;
	case BS_PROTO_END_OF_DATA:
		bs_data_end(filter, session, line);
		return;
	case BS_PROTO_DATA_LINE:
	case BS_PROTO_ANOTHER:
		bs_ask_proceed(filter, &line->asker);
		return;
	}
}

/* smtpd has freed the session: nobody waits for a reply any more. */
static void
forget(struct bs_filter *filter, struct bs_session *session)
{
	bs_ask_drop(filter, session);
	bs_message_drop(filter, session);
	bs_sessions_remove(&filter->sessions, session);
}

static void
handle_report(struct bs_filter *filter, const struct bs_proto_line *line)
{
	struct bs_session *session =
	    bs_sessions_find(&filter->sessions, line->asker.session);

	if (line->event == BS_PROTO_CONNECT) {
		if (session != NULL)
			forget(filter, session);
		session =
		    bs_sessions_add(&filter->sessions, line->asker.session);
	}
	if (session == NULL)
		return;
	if (line->event == BS_PROTO_DISCONNECT)
		forget(filter, session);
	else if (line->event == BS_PROTO_RCPT) {
		if (line->permanent)
			bs_report_sent_refused(filter, session);
		bs_session_rcpt_done(session, line->text, line->ok);
	} else if (line->event == BS_PROTO_COMMIT) {
		bs_report_sent_commit(filter, session);
		session->tx.is_told = true;
		bs_message_drop(filter, session);
	} else if (line->event == BS_PROTO_REPLY)
		bs_notify_reply(filter, session, line->text);
	else
		bs_session_note(session, line);
}

static void
register_all(struct bs_filter *filter)
{
	const char *line;

	/* 6.8 would cut the lines of every message at 1,997 octets */
	filter->inspects = filter->mode != BS_LISTENER_UNTAG &&
			   (filter->inspect == BS_INSPECT_YES ||
			       (filter->inspect == BS_INSPECT_AUTO &&
				   filter->protocol_minor >= 7));
	for (size_t n = 0; (line = bs_reply_registration(filter->mode,
				filter->inspects, n)) != NULL;
	     n++)
		if (bs_out_add(&filter->out, line, strlen(line)) != 0)
			return;
	filter->ready = true;
}

/* The name that smtpd gives itself in the header fields it writes. */
static void
take_name(struct bs_filter *filter, struct bs_text name)
{
	if (name.len >= sizeof(filter->name) ||
	    memchr(name.at, '\0', name.len) != NULL)
		return;
	memcpy(filter->name, name.at, name.len);
	filter->name[name.len] = '\0';
}

static void
warn_ignored(struct bs_filter *filter)
{
	unsigned missed;

	if (bs_log_allowed(&filter->ignored, filter->now_ms, &missed))
		bs_log(BS_LOG_WARNING,
		    "ignored a line that is not of smtpd's filter protocol; "
		    "%u more since the last such line",
		    missed);
}

void
bs_dispatch_line(struct bs_filter *filter, struct bs_text text)
{
	struct bs_proto_line line;

	if (bs_proto_parse(text.at, text.len, &line) != 0) {
		warn_ignored(filter);
		return;
	}
	if (line.kind == BS_PROTO_SPEAKS)
		filter->protocol_minor = line.minor;
	else if (line.kind == BS_PROTO_NAME)
		take_name(filter, line.text);
	else if (line.kind == BS_PROTO_READY && !filter->ready)
		register_all(filter);
	else if (line.kind == BS_PROTO_REPORT)
		handle_report(filter, &line);
	else if (line.kind == BS_PROTO_FILTER && filter->ready)
		handle_request(filter, &line);
}

void
bs_dispatch_close(struct bs_filter *filter)
{
	struct bs_session *session;

	while ((session = bs_sessions_any(&filter->sessions)) != NULL)
		forget(filter, session);
	bs_report_sent_close(filter);
}
