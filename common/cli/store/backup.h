/* backstop store backup: copies the store while an engine runs. */
#ifndef BS_CLI_STORE_BACKUP_H
#define BS_CLI_STORE_BACKUP_H

#include "common/cli/cli.h"

/* Runs the subcommand. Returns its exit status. */
int bs_cmd_store_backup(const struct bs_call *call);

#endif
