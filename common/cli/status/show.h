/* backstop status on the terminal, and as one object. */
#ifndef BS_CLI_STATUS_SHOW_H
#define BS_CLI_STATUS_SHOW_H

#include "common/cli/status/overview.h"

void bs_status_print(const struct bs_overview *status);
void bs_status_print_json(const struct bs_overview *status);

#endif
