/* Mail that smtpd accepted is reported to the engine; nothing waits for that.
 */
#ifndef BS_FILTER_REPORT_SENT_H
#define BS_FILTER_REPORT_SENT_H

#include "filter/filter.h"

/* Reports a session's transaction, which smtpd has accepted, as far as the
 * engine has use for it. */
void bs_report_sent_commit(struct bs_filter *filter,
    const struct bs_session *session);

/* Reports that smtpd refused the last recipient of a null sender: a stranger
 * may be guessing addresses. */
void bs_report_sent_refused(struct bs_filter *filter,
    const struct bs_session *session);

/* Reports what became of a bounce to several recipients, after their verdicts
 * were weighed: the engine logs and counts that, for each of them. */
void bs_report_sent_outcome(struct bs_filter *filter,
    const struct bs_session *session, enum bs_action outcome);

/* For how many seconds mail has left that the engine was not told of; 0: none
 * did. */
unsigned bs_report_sent_missed_seconds(const struct bs_filter *filter);

/* Whether a report of before that time (monotonic) has no answer yet. */
bool bs_report_sent_is_on_its_way(const struct bs_filter *filter,
    int64_t before_ms);

/* Forgets the reports in flight. */
void bs_report_sent_close(struct bs_filter *filter);

#endif
