/* backstop restore: puts back all that backstop backup wrote. */
#ifndef BS_CLI_STORE_RESTORE_ALL_H
#define BS_CLI_STORE_RESTORE_ALL_H

#include "common/cli/cli.h"

/* Runs the subcommand. Returns its exit status. */
int bs_cmd_restore(const struct bs_call *call);

#endif
