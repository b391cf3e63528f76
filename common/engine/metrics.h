/* Op metrics: what the engine counts and is, as lines for Prometheus. */
#ifndef BS_ENGINE_METRICS_H
#define BS_ENGINE_METRICS_H

#include <stdint.h>

#include "common/adapter/wire.h"
#include "common/engine/traffic.h"
#include "common/judge/case.h"
#include "common/store/supervise.h"

/* Where the figures come from; all borrowed. */
struct bs_metrics {
	const struct bs_judge *judge; /* none of it is NULL but host */
	const struct bs_traffic *traffic;
	const struct bs_supervisor *supervisor;
	int64_t began; /* epoch seconds, when the process did */
	int64_t now;
};

/* Writes a page: the samples from *from* of the request on for which there is
 * room, and where the next one begins. What is counted meanwhile moves nothing:
 * while the answers' config is the same, no sample comes on two pages. */
void bs_metrics_answer(const struct bs_metrics *metrics, uint64_t from,
    struct bs_answer *answer);

#endif
