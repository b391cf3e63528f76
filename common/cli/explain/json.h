/* A notice explained as one JSON object. */
#ifndef BS_CLI_EXPLAIN_JSON_H
#define BS_CLI_EXPLAIN_JSON_H

#include "common/cli/explain/explained.h"

void bs_explain_json(const struct bs_explained *explained);

#endif
