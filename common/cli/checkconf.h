/* backstop checkconf: every mistake of the configuration, with its line. */
#ifndef BS_CLI_CHECKCONF_H
#define BS_CLI_CHECKCONF_H

#include "common/cli/cli.h"

int bs_cmd_checkconf(const struct bs_call *call);

#endif
