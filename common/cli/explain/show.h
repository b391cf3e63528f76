/* A notice explained on the terminal. */
#ifndef BS_CLI_EXPLAIN_SHOW_H
#define BS_CLI_EXPLAIN_SHOW_H

#include "common/cli/explain/explained.h"
#include "common/cli/explain/sum.h"

void bs_explain_show(const struct bs_explained *explained);

/* The last line, where there were several. */
void bs_explain_show_sum(const struct bs_explain_sum *sum);

#endif
