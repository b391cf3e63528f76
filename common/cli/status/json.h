/* backstop status --json: all there is, as one object. */
#ifndef BS_CLI_STATUS_JSON_H
#define BS_CLI_STATUS_JSON_H

#include "common/cli/status/advice.h"
#include "common/cli/status/overview.h"

void bs_status_print_json(const struct bs_overview *status,
    const struct bs_advices *advices);

#endif
