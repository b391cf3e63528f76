/* backstop init: the state folder and the first key. */
#ifndef BS_CLI_KEYS_INIT_H
#define BS_CLI_KEYS_INIT_H

#include "common/cli/cli.h"

/* Runs the subcommand. Returns its exit status. */
int bs_cmd_init(const struct bs_call *call);

#endif
