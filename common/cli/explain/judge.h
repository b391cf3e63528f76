/* What the keys and the store say of a notice. */
#ifndef BS_CLI_EXPLAIN_JUDGE_H
#define BS_CLI_EXPLAIN_JUDGE_H

#include "common/cli/explain/explained.h"

/* Asks keys and store. Returns 0 or -errno. */
BS_MUST_USE int bs_explain_judge(struct bs_explained *out);

#endif
