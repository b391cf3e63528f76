/* backstop trace: the running engine logs what it is asked, and why it answers
 * as it does. */
#ifndef BS_CLI_TRACE_H
#define BS_CLI_TRACE_H

#include "common/cli/cli.h"

/* Runs the subcommand. Returns its exit status. */
int bs_cmd_trace(const struct bs_call *call);

#endif
