/* One question to the engine, from the command line. */
#ifndef BS_CLI_ASK_H
#define BS_CLI_ASK_H

#include <stdbool.h>

#include "common/adapter/wire.h"

/* Octets of an answer's reason, its NUL included. */
#define BS_ASK_REASON sizeof(((struct bs_answer *)NULL)->reason)

/* Asks the engine behind a socket; waits some seconds at most. Returns
 * whether it answered. bs_ask_request() asks what is more than an op. */
bool bs_ask(const char *socket, enum bs_op op, struct bs_answer *answer);
bool bs_ask_request(const char *socket, const struct bs_request *request,
    struct bs_answer *answer);

/* Whether it answers, and what it says of the store: "store-ok",
 * "store-checking" ... */
bool bs_ask_ping(const char *socket, char reason[static BS_ASK_REASON]);

#endif
