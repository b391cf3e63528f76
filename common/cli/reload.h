/* backstop reload: has the running engine read its configuration anew. */
#ifndef BS_CLI_RELOAD_H
#define BS_CLI_RELOAD_H

#include "common/cli/cli.h"

int bs_cmd_reload(const struct bs_call *call);

#endif
