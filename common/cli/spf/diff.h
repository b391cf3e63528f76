/* backstop spf diff: what differs between two SPF records. */
#ifndef BS_CLI_SPF_DIFF_H
#define BS_CLI_SPF_DIFF_H

#include "common/cli/cli.h"

/* Runs the subcommand. Returns its exit status. */
int bs_cmd_spf_diff(const struct bs_call *call);

#endif
