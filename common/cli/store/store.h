/* backstop store check and confirm-clock. */
#ifndef BS_CLI_STORE_STORE_H
#define BS_CLI_STORE_STORE_H

#include "common/cli/cli.h"

/* Each runs its subcommand. Returns its exit status. */
int bs_cmd_store_check(const struct bs_call *call);
int bs_cmd_store_confirm_clock(const struct bs_call *call);

/* Complains of a store that could not be used. Returns the exit status. */
int bs_store_complain(const char *folder, int rc);

#endif
