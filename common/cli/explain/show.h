/* A notice explained, on the terminal or as one JSON object. */
#ifndef BS_CLI_EXPLAIN_SHOW_H
#define BS_CLI_EXPLAIN_SHOW_H

#include "common/cli/explain/explained.h"

void bs_explain_show(const struct bs_explained *explained);
void bs_explain_show_json(const struct bs_explained *explained);

#endif
