/* backstop metrics: what a running engine counts, for Prometheus. */
#ifndef BS_CLI_METRICS_METRICS_H
#define BS_CLI_METRICS_METRICS_H

#include "common/cli/cli.h"

int bs_cmd_metrics(const struct bs_call *call);

#endif
