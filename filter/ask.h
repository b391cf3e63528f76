/* Requests that are held: asked of the engine, then replied to smtpd. */
#ifndef BS_FILTER_ASK_H
#define BS_FILTER_ASK_H

#include "filter/filter.h"

/* Holds the reply to a request and asks the engine; the reply follows within
 * filter->deadline_ms, for BS_OP_SPF filter->spf_deadline_ms. The
 * transaction's sender, and for BS_OP_RCPT the recipient at hand, are what is
 * asked about. */
void bs_ask_engine(struct bs_filter *filter, struct bs_session *session,
    const struct bs_proto_line *line, enum bs_op op);

/* Replies "proceed" to what is held, if anything is. */
void bs_ask_settle(struct bs_filter *filter, struct bs_session *session);

/* Drops what is held, if anything is: smtpd has freed the session. */
void bs_ask_drop(struct bs_filter *filter, struct bs_session *session);

/* Replies at once. len is what a function of filter/reply.h returned; where it
 * failed, the reply is "proceed". */
void bs_ask_put(struct bs_filter *filter, const struct bs_proto_asker *asker,
    const char *line, int len);
void bs_ask_proceed(struct bs_filter *filter,
    const struct bs_proto_asker *asker);

/* Refuses for now (BS_ACTION_DEFER) or for good, with the engine's text or, if
 * smtpd would not pass that on, one of ours. */
void bs_ask_refuse(struct bs_filter *filter, const struct bs_proto_asker *asker,
    enum bs_action action, const char *text);

/* Logs, at most once a minute, that the engine did not answer. */
void bs_ask_warn_unanswered(struct bs_filter *filter);

#endif
