/* The verdict on a bounce: asked for each recipient, the mildest counts. */
#ifndef BS_FILTER_VERDICT_H
#define BS_FILTER_VERDICT_H

#include "filter/filter.h"

struct bs_dsn_facts;
struct bs_message;

/* Asks about a message that was read. It is released when all answers are
 * there, or it has waited for as long as two deadlines. */
void bs_verdict_ask(struct bs_filter *filter, struct bs_message *message);

/* smtpd asks for the last word on a session's message: it is said now, or as
 * soon as it is known. */
void bs_verdict_end(struct bs_filter *filter, struct bs_session *session,
    const struct bs_proto_line *line);

/* What was read of a message, for a question. */
void bs_verdict_evidence(const struct bs_dsn_facts *facts,
    struct bs_request *request);

#endif
