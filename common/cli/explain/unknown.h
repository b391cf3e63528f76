/* The answer where nobody knows: what is probable, and what would settle it. */
#ifndef BS_CLI_EXPLAIN_UNKNOWN_H
#define BS_CLI_EXPLAIN_UNKNOWN_H

#include "common/cli/explain/answer_text.h"
#include "common/cli/explain/explained.h"

void bs_explain_unknown(const struct bs_explained *explained,
    struct bs_explain_answer_text *out);

#endif
