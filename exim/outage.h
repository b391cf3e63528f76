/* An engine that does not answer: it is logged, and reported to it later. */
#ifndef BS_EXIM_OUTAGE_H
#define BS_EXIM_OUTAGE_H

#include <stdbool.h>

#include "common/base/backstop.h"
#include "exim/envelope.h"

/* Notes that the engine did not answer, and has Exim log it, once a minute on
 * this host. leaves: it was not told of mail that leaves, and has to be told
 * so later. */
void bs_outage_unanswered(bool leaves);

/* Notes that the engine answered. */
void bs_outage_answered(void);

/* Logs, once a minute on this host, that mail in a name of ours leaves
 * unsigned: the engine does not trust its client, and Exim does. */
void bs_outage_untrusted(void);

/* Reports to the engine for how long mail left this host that it was not told
 * of, if any did; this comes before any question about a message. Returns
 * whether the engine knows. If it does not, nothing may be refused for the want
 * of a record, and a short wait will do. */
BS_MUST_USE bool bs_outage_report(struct bs_envelope *envelope);

#endif
