/* What SPF found at MAIL FROM, and what it adds to the message. */
#ifndef BS_FILTER_SPF_H
#define BS_FILTER_SPF_H

#include <stdbool.h>

#include "filter/filter.h"

/* Whether SPF is to be asked about a session's transaction. */
bool bs_spf_is_due(const struct bs_filter *filter,
    const struct bs_session *session);

/* Remembers an answer; NULL: there was none in time. */
void bs_spf_remember(struct bs_filter *filter, struct bs_session *session,
    const struct bs_answer *answer);

/* Whether SPF marks a message as junk. It never does so to a genuine bounce:
 * is_genuine says that the message is one, tx->has_genuine that a recipient's
 * tag shows it. */
bool bs_spf_marks(const struct bs_transaction *tx, bool is_genuine);

/* The n-th line to put on top of a message, or an empty one behind the last.
 * It lives as long as the transaction. marks: with the field for junk. */
struct bs_text bs_spf_line(const struct bs_transaction *tx, unsigned n,
    bool marks);

#endif
