/* Requests of smtpd that wait while the engine is asked, and their replies. */
#ifndef BS_FILTER_ASK_H
#define BS_FILTER_ASK_H

#include "filter/filter.h"

/* Asks the engine about the transaction's sender, and for BS_OP_RCPT about its
 * last recipient. The reply follows within filter->deadline_ms, or for
 * BS_OP_SPF filter->spf_deadline_ms. */
void bs_ask_engine(struct bs_filter *filter, struct bs_session *session,
    const struct bs_proto_line *line, enum bs_op op);

/* Replies "proceed" to the request that waits, if one does. */
void bs_ask_settle(struct bs_filter *filter, struct bs_session *session);

/* Forgets the request that waits, if one does: smtpd has freed the session. */
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
