/* backstop store restore: puts a backup of the store in its place. */
#ifndef BS_CLI_STORE_RESTORE_H
#define BS_CLI_STORE_RESTORE_H

#include "common/cli/cli.h"

/* Runs the subcommand. Returns its exit status. */
int bs_cmd_store_restore(const struct bs_call *call);

#endif
