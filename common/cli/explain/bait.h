/* Mail that imitates a notice, so that somebody clicks on what is in it. */
#ifndef BS_CLI_EXPLAIN_BAIT_H
#define BS_CLI_EXPLAIN_BAIT_H

#include "common/cli/explain/explained.h"

/* Fills is_bait. The header has been read. */
void bs_explain_bait(struct bs_explained *out);

#endif
