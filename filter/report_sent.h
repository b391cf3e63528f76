/* Mail that smtpd accepted, told to the engine; no reply waits for it. */
#ifndef BS_FILTER_REPORT_SENT_H
#define BS_FILTER_REPORT_SENT_H

#include "filter/filter.h"

/* Sends what a session's committed transaction is worth telling. */
void bs_report_sent_commit(struct bs_filter *filter,
    const struct bs_session *session);

/* Tells that smtpd refused the recipient at hand, where that may have been a
 * guess. */
void bs_report_sent_refused(struct bs_filter *filter,
    const struct bs_session *session);

/* Frees what is still in flight. */
void bs_report_sent_close(struct bs_filter *filter);

#endif
