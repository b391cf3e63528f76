/* backstop store forget: removes what the store remembers of an address. */
#ifndef BS_CLI_STORE_FORGET_H
#define BS_CLI_STORE_FORGET_H

#include "common/cli/cli.h"

/* Runs the subcommand. Returns its exit status. */
int bs_cmd_store_forget(const struct bs_call *call);

#endif
