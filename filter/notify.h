/* NOTIFY=NEVER (RFC 3461 §4.1) for senders that are to be told of nothing, and
 * whether smtpd takes it. */
#ifndef BS_FILTER_NOTIFY_H
#define BS_FILTER_NOTIFY_H

#include <stdbool.h>

#include "filter/filter.h"
#include "filter/session.h"

/* Octets of the parameters of a command, with ours. */
#define BS_NOTIFY_MAX (BS_COMMAND_MAX + 16)

/* The parameters of RCPT TO with NOTIFY=NEVER in the place of the client's own
 * NOTIFY: smtpd refuses a second. The result is a view into out. */
struct bs_text bs_notify_never(struct bs_text params,
    char out[static BS_NOTIFY_MAX]);

/* Notes what a line of smtpd's to the client says of the listener. */
void bs_notify_reply(struct bs_filter *filter, struct bs_session *session,
    struct bs_text line);

/* Whether the listener offers DSN: where it does not, smtpd refuses a recipient
 * with NOTIFY. */
bool bs_notify_is_offered(struct bs_filter *filter,
    const struct bs_session *session);

/* Logs, at most once a minute, that it does not. */
void bs_notify_warn(struct bs_filter *filter, const struct bs_session *session);

#endif
