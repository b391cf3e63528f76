/* Lines to type that fit this host and the configuration that was named. */
#ifndef BS_CLI_TYPE_H
#define BS_CLI_TYPE_H

#include <limits.h>

#include "common/cli/cli.h"

#define BS_TYPE_LINE (PATH_MAX + 128)

/* "backstop -c FILE WORDS", without -c where the usual file is meant. Returns
 * out. */
const char *bs_type_backstop(const struct bs_call *call, const char *words,
    char out[static BS_TYPE_LINE]);

/* What starts the engine, or with the verb "restart" ends it first. Returns
 * out. */
const char *bs_type_engine(const struct bs_call *call, const char *verb,
    char out[static BS_TYPE_LINE]);

#endif
