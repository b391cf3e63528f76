/* Op sent: what the host accepted or refused is remembered, or counted. */
#ifndef BS_JUDGE_SENT_H
#define BS_JUDGE_SENT_H

#include "common/judge/case.h"

void bs_judge_sent(struct bs_case *question, struct bs_judgement *judgement);

/* A bounce that was accepted uses up the cap of its tag, and of the message
 * that it returns. */
void bs_judge_accepted(const struct bs_case *question,
    const struct bs_known *known);

#endif
