/* The metrics of "backstop metrics": their names, kinds and help. The engine
 * sends samples in this order; the command line puts the rest around them. */
#ifndef BS_ENGINE_METRIC_H
#define BS_ENGINE_METRIC_H

#include <stddef.h>

enum bs_metric {
	BS_METRIC_BUILD_INFO,
	BS_METRIC_ALIVE,
	BS_METRIC_BOUNCES,
	BS_METRICS
};

struct bs_metric_text {
	const char *name;
	const char *type; /* of Prometheus: counter, gauge, histogram */
	const char *help;
};

/* All live for ever. bs_metric_find() takes the name of a sample: that of a
 * histogram has a suffix. It returns NULL for one that is not known here. */
const struct bs_metric_text *bs_metric_text(enum bs_metric metric);
const struct bs_metric_text *bs_metric_find(const char *name, size_t len);

#endif
