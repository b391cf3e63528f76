/* backstop spf check: one check, with its questions to DNS. */
#ifndef BS_CLI_SPF_CHECK_H
#define BS_CLI_SPF_CHECK_H

#include "common/cli/cli.h"

/* Runs the subcommand. Returns its exit status. */
int bs_cmd_spf_check(const struct bs_call *call);

#endif
