/* A message on its way through: read, its header seen to, kept until it is
 * judged. */
#ifndef BS_FILTER_MESSAGE_H
#define BS_FILTER_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>

#include "common/adapter/verdict.h"
#include "common/bounce/dsn.h"
#include "filter/filter.h"
#include "filter/backlog.h"
#include "filter/header_filter.h"

/* Octets of a message that are kept before it is judged by what was seen of
 * it; of one that goes on while it is being judged; and of all of them. Beyond
 * the latter two, messages pass as they came; a refusal still stands. */
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
	struct bs_header_filter watch;
	bool reads;  /* lines still go to dsn */
	bool judged; /* a bounce: the engine is asked at its end */
	bool lost;   /* there was no memory for a line of it */

	struct bs_backlog kept;	    /* what smtpd has yet to get */
	struct bs_backlog doubtful; /* lines that watch holds */
	struct bs_message *next;    /* of those that smtpd is behind with */
	bool is_waiting;	    /* is one of them */

	/* the verdict, in filter/data.c */
	struct bs_question question;
	const struct bs_recipient *recipient; /* asked about */
	int64_t ask_until;		      /* monotonic ms */
	bool decided;
	struct bs_verdict verdict;
	bool end_is_held; /* smtpd asks for the last word */
	struct bs_proto_asker end;
};

/* Takes a line of a session's message, or the "." behind the last. It goes to
 * smtpd, now or later; nothing can keep it but a lack of memory, and then the
 * end of the message is deferred. */
void bs_message_line(struct bs_filter *filter, struct bs_session *session,
    const struct bs_proto_line *line);

/* Reads no more of a message: what was read of it is known now. */
void bs_message_stop_reading(struct bs_message *message);

/* Lets a line pass that belongs to no message that we read. */
void bs_message_pass(struct bs_filter *filter,
    const struct bs_proto_asker *asker, struct bs_text line);

/* Lets a kept message go: header fields first (without newline; empty ones are
 * left out), then what is kept of it. */
void bs_message_release(struct bs_filter *filter, struct bs_message *message,
    const char *header, const char *another);

/* Gives smtpd what it has room for of the messages that it is behind with. */
void bs_message_drain(struct bs_filter *filter);

/* Forgets a session's message, if there is one. */
void bs_message_drop(struct bs_filter *filter, struct bs_session *session);

#endif
