/* What the engine was asked, how it answered and how long that took. */
#ifndef BS_ENGINE_TRAFFIC_H
#define BS_ENGINE_TRAFFIC_H

#include <stdint.h>

#include "common/adapter/wire.h"
#include "common/base/histogram.h"

/* A question on its way to its answer. */
struct bs_asked {
	enum bs_op op;
	unsigned deadline_ms; /* how long the asker waits; 0: it does not say */
	int64_t at_ns;	      /* monotonic: when it came */
};

/* All zero at first. */
struct bs_traffic {
	uint64_t answers[BS_OPS][BS_STATUSES];
	uint64_t unreadable;
	uint64_t late; /* nobody waited for the answer any more */
	struct bs_histogram seconds[BS_OPS];
};

/* A question is answered, as of now (monotonic). */
void bs_traffic_answered(struct bs_traffic *traffic,
    const struct bs_asked *asked, enum bs_status status, int64_t now_ns);

#endif
