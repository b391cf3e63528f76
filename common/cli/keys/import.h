/* backstop key import and export: secrets that come from elsewhere, or go. */
#ifndef BS_CLI_KEYS_IMPORT_H
#define BS_CLI_KEYS_IMPORT_H

#include "common/cli/cli.h"

/* Each runs its subcommand. Returns its exit status. */
int bs_cmd_key_import(const struct bs_call *call);
int bs_cmd_key_export(const struct bs_call *call);

#endif
