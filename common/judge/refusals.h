/* Whether a bounce that was refused was genuine after all: what it returned is
 * kept, and compared with what turns out to be ours later. */
#ifndef BS_JUDGE_REFUSALS_H
#define BS_JUDGE_REFUSALS_H

#include "common/judge/case.h"

/* A bounce is refused: keeps the Message-IDs that it returned, as hashes. */
void bs_refusals_note(const struct bs_case *question,
    const struct bs_known *known);

/* A bounce turned out to return a message of its recipient's. */
void bs_refusals_check_bounce(const struct bs_case *question,
    const struct bs_known *known);

/* A bounce passes as the administrator accepts it: one that returned the same
 * was refused by mistake. */
void bs_refusals_check_accepted(const struct bs_case *question,
    const struct bs_known *known);

/* The message of this request left from an address of ours. */
void bs_refusals_check_sent(const struct bs_case *question,
    const struct bs_address *owner);

#endif
