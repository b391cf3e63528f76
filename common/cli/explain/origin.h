/* From where the returned mail came, and whether that is us. */
#ifndef BS_CLI_EXPLAIN_ORIGIN_H
#define BS_CLI_EXPLAIN_ORIGIN_H

#include "common/cli/explain/explained.h"

/* Fills origin and origin_is_ours by the returned Received fields. */
void bs_explain_origin(struct bs_explained *out);

#endif
