/* The whole text that Prometheus reads, from a running engine. */
#ifndef BS_CLI_METRICS_COLLECT_H
#define BS_CLI_METRICS_COLLECT_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/backstop.h"
#include "common/config/config.h"

/* Collects the text (format 0.0.4) from the engine that config names; where
 * none answers, it says that (backstop_up 0). Sets *text, which the caller
 * frees, and *len; and *is_old where the engine is from before there were
 * metrics. Returns 0; -EACCES where the engine does not answer this
 * user; -ENOMEM. */
BS_MUST_USE int bs_metrics_collect(const struct bs_config *config, char **text,
    size_t *len, bool *is_old);

#endif
