/* A message that is accepted is reported to the engine. */
#ifndef BS_EXIM_REPORT_SENT_H
#define BS_EXIM_REPORT_SENT_H

#include "common/base/backstop.h"
#include "exim/scan.h"

/* What a message that leaves says of itself; empty: not known. */
struct bs_sent_message {
	char message_id[BS_MESSAGE_ID_MAX]; /* without its brackets */
	char from[BS_ADDRESS_MAX];
};

/* Reports mail that leaves, and bounces that came home, before their recipients
 * are changed; message is for the former. Returns how many answers the engine
 * owes. */
BS_MUST_USE unsigned bs_report_sent(const struct bs_scan *scan,
    const struct bs_sent_message *message);

/* Reports what became of a bounce to several recipients, after their verdicts
 * were weighed: the engine logs and counts that, for each of them. */
void bs_report_sent_weighed(const struct bs_scan *scan);

/* Reports for how many seconds mail left that the engine was not told of; with
 * 0, only asks whether the engine is there. Returns how many answers it owes.
 */
BS_MUST_USE unsigned bs_report_sent_missed(unsigned seconds, bool is_away);

/* Says that the engine was told of all that was missed, which is known for so
 * many seconds. Returns how many answers it owes. */
BS_MUST_USE unsigned bs_report_sent_hello(uint64_t asks,
    unsigned knows_seconds);

#endif
