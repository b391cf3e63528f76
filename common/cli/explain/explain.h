/* backstop explain: was the mail that a bounce returns ours? */
#ifndef BS_CLI_EXPLAIN_EXPLAIN_H
#define BS_CLI_EXPLAIN_EXPLAIN_H

#include "common/cli/cli.h"

int bs_cmd_explain(const struct bs_call *call);

#endif
