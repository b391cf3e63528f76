/* backstop why: the log, asked. */
#ifndef BS_CLI_WHY_WHY_H
#define BS_CLI_WHY_WHY_H

#include "common/cli/cli.h"

/* Tells each decision about an address, a Message-ID, a domain or a client that
 * the engine's log has. Returns the exit status: 0 for some, 1 for none. */
int bs_cmd_why(const struct bs_call *call);

#endif
