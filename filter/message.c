/* A message on its way through the filter: its lines are read, forged header
 * fields are removed, and a bounce is kept back until it is judged. */
#include <stdlib.h>
#include <string.h>

#include "filter/message.h"
#include "filter/message_id.h"
#include "filter/split_line.h"
#include "filter/reply.h"
#include "filter/spf.h"

/* Writes one line to smtpd. Returns false where there is no room. */
static bool
write_line(struct bs_filter *filter, const struct bs_proto_asker *asker,
    struct bs_text line)
{
	char head[BS_REPLY_LINE_HEAD];
	int head_len = bs_reply_line_head(asker, head);

	return bs_out_add_line(&filter->out, head, (size_t)head_len, line.at,
		   line.len) == 0;
}

static void
free_backlog(struct bs_filter *filter, struct bs_message *message)
{
	filter->backlog_octets -= message->backlog.size;
	bs_backlog_clear(&message->backlog);
}

/* Without memory the message is lost, and its sender is told to try again. */
static void
keep(struct bs_filter *filter, struct bs_message *message, struct bs_text line)
{
	size_t before = message->backlog.size;

	if (message->lost)
		return;
	if (bs_backlog_add(&message->backlog, line) != 0) {
		free_backlog(filter, message);
		message->lost = true;
		return;
	}
	filter->backlog_octets += message->backlog.size - before;
}

static void
wait_for_smtpd(struct bs_filter *filter, struct bs_message *message)
{
	if (message->is_waiting)
		return;
	message->is_waiting = true;
	message->next = filter->waiting;
	filter->waiting = message;
}

static void
stop_waiting(struct bs_filter *filter, struct bs_message *message)
{
	struct bs_message **link = &filter->waiting;

	if (!message->is_waiting)
		return;
	while (*link != message)
		link = &(*link)->next;
	*link = message->next;
	message->is_waiting = false;
}

/* Lets a line go, after those that wait. */
static void
pass(struct bs_filter *filter, struct bs_message *message, struct bs_text line)
{
	if (!bs_backlog_has(&message->backlog) &&
	    write_line(filter, &message->asker, line))
		return;
	keep(filter, message, line);
	wait_for_smtpd(filter, message);
}

/* Writes the backlog until smtpd is too far behind. Returns whether all of it
 * is out. */
static bool
write_backlog(struct bs_filter *filter, struct bs_message *message)
{
	while (bs_backlog_has(&message->backlog)) {
		struct bs_text line = bs_backlog_first(&message->backlog);

		if (bs_out_is_high(&filter->out) ||
		    !write_line(filter, &message->asker, line))
			return false;
		bs_backlog_pop(&message->backlog, line);
	}
	free_backlog(filter, message);
	return true;
}

void
bs_message_drain(struct bs_filter *filter)
{
	struct bs_message *message;

	while ((message = filter->waiting) != NULL &&
	       write_backlog(filter, message))
		stop_waiting(filter, message);
}

/* Writes what SPF found on top of the message. */
static void
put_spf(struct bs_filter *filter, struct bs_message *message)
{
	const struct bs_transaction *tx = &message->session->tx;
	bool marks = bs_spf_marks(tx, message->verdict.is_genuine);
	struct bs_text line;

	for (unsigned n = 0; (line = bs_spf_line(tx, n, marks)).len > 0; n++)
		(void)write_line(filter, &message->asker, line);
}

void
bs_message_release(struct bs_filter *filter, struct bs_message *message,
    const char *header, const char *another)
{
	const char *fields[] = {header, another};

	if (message->state == BS_MESSAGE_PASSING)
		return;
	message->state = BS_MESSAGE_PASSING;
	put_spf(filter, message);
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		struct bs_text field = {fields[i], strlen(fields[i])};

		if (field.len > 0)
			(void)write_line(filter, &message->asker, field);
	}
	if (!write_backlog(filter, message))
		wait_for_smtpd(filter, message);
}

/* The parser reads the line as it was before SMTP doubled its first dot. */
static void
read_line(struct bs_message *message, struct bs_text line)
{
	if (!message->reads)
		return;
	if (line.len > 0 && line.at[0] == '.') {
		line.at++;
		line.len--;
	}
	bs_dsn_push(&message->dsn, line.at, line.len);
	bs_dsn_push(&message->dsn, "\n", 1);
}

void
bs_message_stop_reading(struct bs_message *message)
{
	if (message->reads)
		bs_dsn_end(&message->dsn);
	message->reads = false;
}

/* A message that leaves gets the Message-ID that it lacks (RFC 6409 §8.3). */
static void
add_message_id(struct bs_filter *filter, struct bs_message *message)
{
	struct bs_dsn_facts *facts = &message->dsn.facts;
	char field[BS_MESSAGE_ID_MAX];
	struct bs_text text;

	if (facts->has_own_message_id ||
	    bs_message_id_make(message->session->tx.sender,
		facts->own_message_id) != 0)
		return;
	facts->has_own_message_id = true;
	bs_message_id_field(facts->own_message_id, field);
	text.at = field;
	text.len = strlen(field);
	pass(filter, message, text);
}

static void
look_at_header(struct bs_filter *filter, struct bs_message *message,
    struct bs_text line)
{
	if (!message->header.in_head ||
	    !bs_header_filter_ends(&message->header, line))
		return;
	message->header.in_head = false;
	if (message->judged)
		return;
	bs_message_stop_reading(message);
	if (filter->mode != BS_LISTENER_IN)
		add_message_id(filter, message);
}

/* Null-sender mail on the socket is a bounce of smtpd's own: there is nothing
 * to judge or to tell. */
static bool
wants_reading(const struct bs_filter *filter, const struct bs_session *session)
{
	return filter->mode == BS_LISTENER_IN || session->tx.sender[0] != '\0';
}

static struct bs_message *
begin(struct bs_filter *filter, struct bs_session *session,
    const struct bs_proto_line *line)
{
	struct bs_message *message;

	if (!wants_reading(filter, session) ||
	    (message = malloc(sizeof(*message))) == NULL)
		return NULL;
	memset(message, 0, sizeof(*message));
	message->session = session;
	message->asker = line->asker;
	bs_header_filter_begin(&message->header, filter->mode == BS_LISTENER_IN,
	    session->tx.spf.authserv_id);
	message->reads = true;
	message->judged =
	    filter->mode == BS_LISTENER_IN && session->tx.is_bounce;
	if (message->judged && filter->backlog_octets < BS_BACKLOG_ALL)
		message->state = BS_MESSAGE_KEPT;
	else
		put_spf(filter, message);
	bs_dsn_begin(&message->dsn);
	return message;
}

static void
take_line(struct bs_filter *filter, struct bs_message *message,
    struct bs_text line)
{
	struct bs_split_line split;
	struct bs_text part;

	bs_split_line_begin(&split, line, message->header.in_head);
	while (bs_split_line_next(&split, &part)) {
		if (message->state == BS_MESSAGE_PASSING)
			pass(filter, message, part);
		else
			keep(filter, message, part);
	}
}

/* Lets a line pass unless it is of a forged header field. Without memory to
 * hold a line that may be forged, it is dropped as forged. */
static void
sift_line(struct bs_filter *filter, struct bs_message *message,
    struct bs_text line)
{
	struct bs_backlog *held = &message->held;

	switch (bs_header_filter_look(&message->header, line)) {
	case BS_HEADER_FILTER_HOLD:
		(void)!bs_backlog_add(held, line);
		return;
	case BS_HEADER_FILTER_PASS:
		while (bs_backlog_has(held)) {
			struct bs_text first = bs_backlog_first(held);

			take_line(filter, message, first);
			bs_backlog_pop(held, first);
		}
		take_line(filter, message, line);
		break;
	case BS_HEADER_FILTER_DROP:
		break;
	}
	bs_backlog_clear(held);
}

void
bs_message_line(struct bs_filter *filter, struct bs_session *session,
    const struct bs_proto_line *line)
{
	struct bs_message *message = session->message;
	struct bs_text text = line->text;
	bool ended = bs_proto_is_end(text);

	if (message == NULL && !session->tx.passes) {
		message = session->message = begin(filter, session, line);
		session->tx.passes = message == NULL;
	}
	if (message == NULL) {
		bs_message_pass(filter, &line->asker, text);
		return;
	}
	if (!ended)
		read_line(message, text);
	look_at_header(filter, message, text);
	if (message->lost && ended) {
		/* the end passes: smtpd asks about the message next, and hears
		 * then that it is to be sent again */
		message->lost = false;
		pass(filter, message, text);
		message->lost = true;
	} else
		sift_line(filter, message, text);
}

void
bs_message_pass(struct bs_filter *filter, const struct bs_proto_asker *asker,
    struct bs_text line)
{
	struct bs_split_line split;
	struct bs_text part;
	unsigned missed;

	bs_split_line_begin(&split, line, false);
	while (bs_split_line_next(&split, &part))
		if (!write_line(filter, asker, part) &&
		    bs_log_allowed(&filter->lost, filter->now_ms, &missed))
			bs_log(BS_LOG_ERR,
			    "smtpd does not read: a line was lost");
}

void
bs_message_drop(struct bs_filter *filter, struct bs_session *session)
{
	struct bs_message *message = session->message;

	if (message == NULL)
		return;
	bs_client_cancel(&filter->client, &message->question);
	stop_waiting(filter, message);
	free_backlog(filter, message);
	bs_backlog_clear(&message->held);
	free(message);
	session->message = NULL;
}
