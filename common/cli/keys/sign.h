/* backstop sign: the signed return path of an address, recorded as issued. */
#ifndef BS_CLI_KEYS_SIGN_H
#define BS_CLI_KEYS_SIGN_H

#include "common/cli/cli.h"

/* Runs the subcommand. Returns its exit status. */
int bs_cmd_sign(const struct bs_call *call);

#endif
