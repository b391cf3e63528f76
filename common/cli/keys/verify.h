/* backstop verify: whether the tag of an address is valid. */
#ifndef BS_CLI_KEYS_VERIFY_H
#define BS_CLI_KEYS_VERIFY_H

#include "common/cli/cli.h"

/* Runs the subcommand. Returns its exit status. */
int bs_cmd_verify(const struct bs_call *call);

#endif
