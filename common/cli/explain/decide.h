/* From what is known of a notice to an answer. */
#ifndef BS_CLI_EXPLAIN_DECIDE_H
#define BS_CLI_EXPLAIN_DECIDE_H

#include "common/cli/explain/explained.h"

void bs_explain_decide(struct bs_explained *out);

#endif
