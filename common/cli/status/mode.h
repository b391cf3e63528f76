/* backstop mode: shows and sets what is done about bounces. */
#ifndef BS_CLI_STATUS_MODE_H
#define BS_CLI_STATUS_MODE_H

#include "common/cli/cli.h"

int bs_cmd_mode(const struct bs_call *call);

#endif
