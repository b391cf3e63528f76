/* backstop status --all: all there is. */
#ifndef BS_CLI_STATUS_DETAIL_H
#define BS_CLI_STATUS_DETAIL_H

#include "common/cli/status/overview.h"

void bs_status_print_all(const struct bs_overview *status);

#endif
