/* A message on its way through the filter: its lines are read, forged header
 * fields are removed, and a bounce is kept back until it is judged. */
#ifndef BS_FILTER_MESSAGE_H
#define BS_FILTER_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>

#include "common/adapter/verdict.h"
#include "common/bounce/dsn.h"
#include "filter/filter.h"
#include "filter/backlog.h"
#include "filter/header_filter.h"

/* A bounce longer than the first is judged by what was read of it by then. One
 * that grows beyond the second while the engine is asked, and any bounce while
 * all of them together are beyond the third, passes without a header field; it
 * can still be refused at its end. In octets. */
#define BS_BACKLOG_SOFT (256 * 1024)
#define BS_BACKLOG_HARD (2 * BS_BACKLOG_SOFT)
#define BS_BACKLOG_ALL (32 * 1024 * 1024)

enum bs_message_state {
	BS_MESSAGE_PASSING, /* lines go on as they come */
	BS_MESSAGE_KEPT,    /* lines are kept */
	BS_MESSAGE_ASKED,   /* kept, and the engine was asked */
};

struct bs_message {
	struct bs_session *session;
	struct bs_proto_asker asker; /* of the lines */
	struct bs_dsn dsn;
	enum bs_message_state state;
	struct bs_header_filter header;
	bool reads;  /* lines still go to dsn */
	bool judged; /* a bounce: the engine is asked at its end */
	bool lost;   /* there was no memory for a line of it */

	struct bs_backlog backlog; /* lines that smtpd has yet to get */
	struct bs_backlog held;	   /* of a field that may be forged */
	struct bs_message *next;   /* of those that smtpd is behind with */
	bool is_waiting;	   /* is one of them */

	/* how it is judged, in filter/data.c */
	struct bs_question question;
	const struct bs_recipient *recipient; /* being asked about */
	int64_t ask_until;		      /* monotonic ms */
	bool decided;
	struct bs_verdict verdict;
	bool end_waits; /* smtpd waits for the last word */
	struct bs_proto_asker end;
};

/* Takes a line of a session's message, or the "." behind the last. The line
 * goes to smtpd, now or later. Without memory for it the message is lost, and
 * its sender is told to try again. */
void bs_message_line(struct bs_filter *filter, struct bs_session *session,
    const struct bs_proto_line *line);

/* Reads no more of a message: what was read of it is known now. */
void bs_message_stop_reading(struct bs_message *message);

/* Lets a line pass that belongs to no message that we read. */
void bs_message_pass(struct bs_filter *filter,
    const struct bs_proto_asker *asker, struct bs_text line);

/* Lets a message go that was kept back: first header fields (without newline;
 * empty ones are left out), then its lines. */
void bs_message_release(struct bs_filter *filter, struct bs_message *message,
    const char *header, const char *another);

/* Gives smtpd what it has room for of the messages that it is behind with. */
void bs_message_drain(struct bs_filter *filter);

/* Forgets a session's message, if there is one. */
void bs_message_drop(struct bs_filter *filter, struct bs_session *session);

#endif
