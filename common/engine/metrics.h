/* Op metrics: what the engine counts and is, as lines for Prometheus. */
#ifndef BS_ENGINE_METRICS_H
#define BS_ENGINE_METRICS_H

#include <stdint.h>

#include "common/adapter/wire.h"
#include "common/engine/settings.h"
#include "common/judge/counters.h"
#include "common/judge/probe.h"
#include "common/store/supervise.h"
#include "common/store/writer.h"

/* Where the figures come from; all borrowed. */
struct bs_metrics {
	const struct bs_counters *counters;
	const struct bs_settings *settings;
	int64_t now; /* epoch seconds */
};

/* Writes a page: the samples from *from* of the request on for which there is
 * room, and where the next one begins. Pages of one scrape stay in order while
 * things are counted; while the answers' config is the same, no sample comes
 * twice. */
void bs_metrics_answer(const struct bs_metrics *metrics, uint64_t from,
    struct bs_answer *answer);

#endif
