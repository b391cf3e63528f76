/* Whether a bounce returns a message that its recipient sent. */
#ifndef BS_JUDGE_EVIDENCE_H
#define BS_JUDGE_EVIDENCE_H

#include "common/judge/case.h"
#include "common/judge/coverage.h"

/* Bounces that a message may have before more of them look like a replay. */
#define BS_MSG_CAP_BASE 5
#define BS_MSG_CAP_PER_RECIPIENT 3

/* Looks every returned Message-ID up under every day of the window. Fills what
 * is known of the message and of the evidence; facts.evidence is what comes of
 * it. plain is the addressed user, without a tag. */
void bs_evidence_find(const struct bs_case *question,
    const struct bs_address *plain, const struct bs_span *span,
    struct bs_known *known);

#endif
