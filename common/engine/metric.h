/* The metrics of "backstop metrics": their names, types and help. The engine
 * sends samples in this order; the command line puts the rest around them. */
#ifndef BS_ENGINE_METRIC_H
#define BS_ENGINE_METRIC_H

#include <stddef.h>

enum bs_metric {
	BS_METRIC_BUILD_INFO,
	BS_METRIC_ALIVE,
	BS_METRIC_BOUNCES,
	BS_METRIC_WOULD_REJECT,
	BS_METRIC_REFUSED_LATER_KNOWN,
	BS_METRIC_TAGS_HOME,
	BS_METRIC_SIGNED,
	BS_METRIC_UNSIGNED,
	BS_METRIC_COVERAGE,
	BS_METRIC_COVERAGE_TIME,
	BS_METRIC_KEY_CREATED,
	BS_METRIC_CLOCK_IN_DOUBT,
	BS_METRIC_PROBING_CLIENTS,
	BS_METRIC_SPF_CHECKS,
	BS_METRIC_SPF_ACTIONS,
	BS_METRIC_NO_DSN,
	BS_METRIC_SPF_SECONDS,
	BS_METRIC_REQUESTS,
	BS_METRIC_REQUEST_SECONDS,
	BS_METRIC_LATE_ANSWERS,
	BS_METRIC_STORE_HEALTHY,
	BS_METRIC_STORE_ENTRIES,
	BS_METRIC_STORE_BYTES,
	BS_METRIC_STORE_GAPS,
	BS_METRIC_COMMIT_SECONDS,
	BS_METRIC_PROCESS_CPU,
	BS_METRIC_PROCESS_OPEN_FDS,
	BS_METRIC_PROCESS_MAX_FDS,
	BS_METRIC_PROCESS_VIRTUAL,
	BS_METRIC_PROCESS_RESIDENT,
	BS_METRIC_PROCESS_BEGAN,
	BS_METRICS
};

struct bs_metric_text {
	const char *name;
	const char *type; /* of Prometheus: counter, gauge, histogram */
	const char *help;
};

/* Live for ever. bs_metric_find() takes the name of a sample: that of a
 * histogram has a suffix. It returns NULL for one that is not known here. */
const struct bs_metric_text *bs_metric_text(enum bs_metric metric);
const struct bs_metric_text *bs_metric_find(const char *name, size_t len);

#endif
