/* What SPF found at MAIL FROM, and what comes of it in the message. */
#ifndef BS_FILTER_SPF_H
#define BS_FILTER_SPF_H

#include <stdbool.h>

#include "filter/filter.h"

/* Whether SPF is to be asked about a session's transaction. */
bool bs_spf_is_due(const struct bs_filter *filter,
    const struct bs_session *session);

/* Remembers an answer, or that there was none in time (NULL). */
void bs_spf_remember(struct bs_filter *filter, struct bs_session *session,
    const struct bs_answer *answer);

/* Whether SPF marks a message as junk: never a genuine bounce, as that is
 * known of it or of one of its recipients. */
bool bs_spf_marks(const struct bs_transaction *tx, bool is_genuine);

/* The n-th line to put on top of a message, or an empty one behind the last;
 * it lives as long as the transaction. marks: with the mark of junk. */
struct bs_text bs_spf_line(const struct bs_transaction *tx, unsigned n,
    bool marks);

#endif
