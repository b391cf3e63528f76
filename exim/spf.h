/* What SPF says of who sends the message at hand, asked once. */
#ifndef BS_EXIM_SPF_H
#define BS_EXIM_SPF_H

#include <stdbool.h>

#include "common/base/backstop.h"
#include "common/adapter/wire.h"
#include "exim/envelope.h"

/* Asks the engine, and waits for up to 25 seconds; what it said of the same
 * client, name and sender a while ago is said again. Returns NULL where there
 * is no answer, and where none is due: of mail of this host and of users who
 * logged in. The answer lives until the next call. *unanswered: the engine
 * owes it, and was asked now. */
const struct bs_answer *bs_exim_spf_ask(const struct bs_envelope *origin,
    bool *unanswered);

#endif
