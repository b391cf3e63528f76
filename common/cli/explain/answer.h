/* An answer in words, for the person who got the notice. */
#ifndef BS_CLI_EXPLAIN_ANSWER_H
#define BS_CLI_EXPLAIN_ANSWER_H

#include "common/cli/explain/answer_text.h"
#include "common/cli/explain/explained.h"

void bs_explain_answer(const struct bs_explained *explained,
    struct bs_explain_answer_text *out);

#endif
