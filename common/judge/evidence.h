/* DESIGN §6: whether a bounce returns a message that its recipient sent. */
#ifndef BS_JUDGE_EVIDENCE_H
#define BS_JUDGE_EVIDENCE_H

#include "common/base/backstop.h"
#include "common/judge/coverage.h"
#include "common/judge/facts.h"

/* Bounces that a message may have before more of them look like a replay. */
#define BS_MSG_CAP_BASE 5
#define BS_MSG_CAP_PER_RECIPIENT 3

/* Looks every returned Message-ID up under every day of the window. Fills what
 * the finding has of the message and of the evidence; facts.evidence is what
 * comes of it. plain is the addressed user, without a tag. */
void bs_evidence_find(const struct bs_view *view,
    const struct bs_request *request, const struct bs_address *plain,
    const struct bs_span *span, uint32_t today, unsigned lifetime_days,
    struct bs_finding *finding);

#endif
