/* A message that is accepted, told to the engine. */
#ifndef BS_EXIM_REPORT_SENT_H
#define BS_EXIM_REPORT_SENT_H

#include "common/base/backstop.h"
#include "exim/scan.h"

/* What the message of a scan says of itself; empty: not known. */
struct bs_opened_message {
	char message_id[BS_MESSAGE_ID_MAX]; /* without its brackets */
	char from[BS_ADDRESS_MAX];
};

/* Tells of mail that leaves, and of bounces that came home, before their
 * recipients are changed; letter is for the former. Returns how many answers
 * the engine owes. */
BS_MUST_USE unsigned bs_report_sent(const struct bs_scan *scan,
    const struct bs_opened_message *letter);

/* Tells for how many seconds up to now mail was missed; with 0, only asks
 * whether the engine is there. Returns how many answers it owes. */
BS_MUST_USE unsigned bs_report_sent_missed(unsigned seconds, bool is_away);

#endif
