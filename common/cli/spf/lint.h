/* backstop spf lint: what is wrong with a domain's SPF record. */
#ifndef BS_CLI_SPF_LINT_H
#define BS_CLI_SPF_LINT_H

#include "common/cli/cli.h"

/* Runs the subcommand. Returns its exit status. */
int bs_cmd_spf_lint(const struct bs_call *call);

#endif
