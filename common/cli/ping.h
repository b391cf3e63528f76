/* Whether the engine answers. */
#ifndef BS_PING_H
#define BS_PING_H

#include <stdbool.h>

#include "common/pure/wire.h"

/* Octets of an answer's reason, its NUL included. */
#define BS_PING_REASON sizeof(((struct bs_answer *)NULL)->reason)

/* Asks the engine behind a socket; waits some seconds at most. It answers
 * with what it has of the store: "store-ok", "store-checking" ... */
bool bs_ping(const char *socket, char reason[static BS_PING_REASON]);

#endif
