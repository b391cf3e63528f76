/* backstop status: what is not well first, and what to type. */
#ifndef BS_CLI_STATUS_SHOW_H
#define BS_CLI_STATUS_SHOW_H

#include "common/cli/status/advice.h"
#include "common/cli/status/overview.h"

void bs_status_print(const struct bs_overview *status,
    const struct bs_advices *advices);

#endif
