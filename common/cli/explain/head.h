/* For whom a notice is: what its header names, and the tags in it. */
#ifndef BS_CLI_EXPLAIN_HEAD_H
#define BS_CLI_EXPLAIN_HEAD_H

#include "common/cli/explain/explained.h"

/* Reads the header of the notice and finds its recipient. One whose tag is ours
 * comes before others. */
void bs_explain_read_head(struct bs_explained *out);

#endif
