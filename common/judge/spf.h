/* Op spf: from a question to its checks, from findings to its answer. */
#ifndef BS_JUDGE_SPF_H
#define BS_JUDGE_SPF_H

#include <stddef.h>

#include "common/base/backstop.h"
#include "common/config/config.h"
#include "common/store/writer.h"
#include "common/policy/spf_words.h"
#include "common/policy/spf.h"
#include "common/adapter/wire.h"

/* One transaction being judged; borrowed. */
struct bs_spf_matter {
	const struct bs_config *config;
	const struct bs_request *request;
	const char *host; /* what this host calls itself, if nobody says */
	struct bs_writer *writer; /* that counts */
	int64_t now;		  /* epoch seconds */
};

/* Why nothing is to be checked: a constant word, or NULL. */
const char *bs_judge_spf_skips(const struct bs_spf_matter *matter);

/* What is to be checked: HELO, MAIL FROM, both or neither. Returns how many
 * queries were written; their deadlines leave time for the answer. */
size_t bs_judge_spf_queries(const struct bs_spf_matter *matter,
    struct bs_spf_query out[static BS_SPF_IDENTITIES]);

/* The answer to what was found (count of 1 or 2, each of its identity), its
 * line in the log, and its count. */
void bs_judge_spf(const struct bs_spf_matter *matter,
    const struct bs_spf_finding *findings, size_t count,
    struct bs_answer *answer);

/* The answer where nothing was checked, for a reason that is a constant word.
 */
void bs_judge_spf_unchecked(const struct bs_spf_matter *matter,
    const char *reason, struct bs_answer *answer);

#endif
