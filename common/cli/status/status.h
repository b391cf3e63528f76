/* backstop status: what is set, what is there, and whether it works. */
#ifndef BS_CLI_STATUS_STATUS_H
#define BS_CLI_STATUS_STATUS_H

#include "common/cli/cli.h"

int bs_cmd_status(const struct bs_call *call);

#endif
