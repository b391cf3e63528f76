/* backstop decode: a tagged address taken apart by its form alone. */
#ifndef BS_CLI_KEYS_DECODE_H
#define BS_CLI_KEYS_DECODE_H

#include "common/cli/cli.h"

/* Runs the subcommand. Returns its exit status. */
int bs_cmd_decode(const struct bs_call *call);

#endif
