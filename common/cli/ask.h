/* One question to the engine, from the command line. */
#ifndef BS_CLI_ASK_H
#define BS_CLI_ASK_H

#include <stdbool.h>

#include "common/base/backstop.h"
#include "common/adapter/wire.h"

/* Asks the engine behind a socket; waits some seconds at most. Returns
 * whether it answered. bs_ask_request() asks what is more than an op. */
bool bs_ask(const char *socket, enum bs_op op, struct bs_answer *answer);
bool bs_ask_request(const char *socket, const struct bs_request *request,
    struct bs_answer *answer);

/* Takes an answer. Returns whether *request, which it may have changed, is to
 * be asked next. */
typedef bool bs_ask_take(void *context, const struct bs_answer *answer,
    struct bs_request *request);

/* Asks one question after the other over one connection. Returns 0; -EACCES
 * where the engine does not answer this user; -ETIMEDOUT where none answers. */
BS_MUST_USE int bs_ask_each(const char *socket, struct bs_request *request,
    bs_ask_take *next, void *context);

/* As bs_ask_request(), and complains where there is no answer. Returns 0 or an
 * exit status. */
BS_MUST_USE int bs_ask_or_tell(const char *socket,
    const struct bs_request *request, struct bs_answer *answer);

#endif
