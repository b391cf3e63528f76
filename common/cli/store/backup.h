/* backstop backup: all that the engine needs, in one file; and backstop store
 * backup: the store alone. */
#ifndef BS_CLI_STORE_BACKUP_H
#define BS_CLI_STORE_BACKUP_H

#include "common/cli/cli.h"

/* Run the subcommands. Return their exit status. */
int bs_cmd_backup(const struct bs_call *call);
int bs_cmd_store_backup(const struct bs_call *call);

#endif
