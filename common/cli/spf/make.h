/* backstop spf make: writes an SPF record by asking questions. */
#ifndef BS_CLI_SPF_MAKE_H
#define BS_CLI_SPF_MAKE_H

#include "common/cli/cli.h"

/* Runs the subcommand. Returns its exit status. */
int bs_cmd_spf_make(const struct bs_call *call);

#endif
