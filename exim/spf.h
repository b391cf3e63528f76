/* What SPF says of the sender of the message at hand; it is asked once. */
#ifndef BS_EXIM_SPF_H
#define BS_EXIM_SPF_H

#include <stdbool.h>

#include "common/base/backstop.h"
#include "common/adapter/wire.h"
#include "exim/envelope.h"

/* Asks the engine and waits for up to 25 seconds, unless the same client, name
 * and sender were asked about a while ago. Returns NULL if there is no answer,
 * and for mail of this host and of users who logged in, about which nothing is
 * asked. The answer lives until the next call. *unanswered: the engine was
 * asked now, and owes it. */
const struct bs_answer *bs_spf_of_envelope(const struct bs_envelope *envelope,
    bool *unanswered);

#endif
