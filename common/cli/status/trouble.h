/* What is wrong with the engine, its store, the keys and the clock. */
#ifndef BS_CLI_STATUS_TROUBLE_H
#define BS_CLI_STATUS_TROUBLE_H

#include "common/cli/status/advice.h"
#include "common/cli/status/overview.h"

/* A key that signs longer than this should be changed. */
#define BS_TROUBLE_KEY_DAYS 120

void bs_trouble_advise(const struct bs_overview *status,
    struct bs_advices *out);

/* What to do about a store at which a look failed with -errno. */
const char *bs_trouble_store(int rc);

#endif
