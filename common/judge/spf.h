/* Op spf: from a question to its checks, from what they find to its answer. */
#ifndef BS_JUDGE_SPF_H
#define BS_JUDGE_SPF_H

#include <stddef.h>

#include "common/adapter/wire.h"
#include "common/judge/case.h"
#include "common/policy/spf.h"
#include "common/policy/spf_words.h"

/* Why nothing is to be checked: a constant word, or NULL. */
const char *bs_judge_spf_skips(const struct bs_case *question);

/* What is to be checked: HELO, MAIL FROM, both or neither. Returns how many
 * queries were written; their deadlines leave time for the answer. */
size_t bs_judge_spf_queries(const struct bs_case *question,
    struct bs_spf_query out[static BS_SPF_IDENTITIES]);

/* The answer to what was found (count of 1 or 2, each of its identity), its
 * line in the log, and its count. */
void bs_judge_spf(const struct bs_case *question,
    const struct bs_spf_finding *findings, size_t count,
    struct bs_answer *answer);

/* The answer where nothing was checked, for a reason that is a constant word.
 */
void bs_judge_spf_unchecked(const struct bs_case *question, const char *reason,
    struct bs_answer *answer);

#endif
