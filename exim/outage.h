/* An engine that does not answer: logged, remembered, and told of it later. */
#ifndef BS_EXIM_OUTAGE_H
#define BS_EXIM_OUTAGE_H

#include <stdbool.h>

#include "common/base/backstop.h"
#include "exim/envelope.h"

/* The engine did not answer: logged by Exim, once a minute on this host. Where
 * leaves is set, it does not know of mail that left, which has to be told. */
void bs_outage_unanswered(bool leaves);

void bs_outage_answered(void);

/* Mail in a name of ours leaves unsigned, as the engine does not trust its
 * client and Exim does: logged, once a minute on this host. */
void bs_outage_untrusted(void);

/* Tells the engine of what was missed on this host, if anything, before it is
 * asked about a message. Returns whether it knows; where it does not, nothing
 * may be refused for the want of a record, and a short wait will do. */
BS_MUST_USE bool bs_outage_tell(struct bs_envelope *origin);

#endif
