/* The metrics of "backstop metrics": their names, kinds and help. */
#include <stdbool.h>
#include <string.h>

#include "common/engine/metric.h"

static const struct bs_metric_text metrics[BS_METRICS] = {
    [BS_METRIC_BUILD_INFO] = {"backstop_build_info", "gauge",
	"The version of the running engine; the value is 1."},
    [BS_METRIC_ALIVE] = {"backstop_alive_timestamp_seconds", "gauge",
	"When the engine told this."},
    [BS_METRIC_BOUNCES] = {"backstop_bounces_total", "counter",
	"Bounces by what they were found to be, and what was done."},
};

const struct bs_metric_text *
bs_metric_text(enum bs_metric metric)
{
	return &metrics[metric];
}

static bool
has_name(const char *name, size_t len, const char *base, const char *suffix)
{
	size_t base_len = strlen(base);

	return len == base_len + strlen(suffix) &&
	       memcmp(name, base, base_len) == 0 &&
	       memcmp(name + base_len, suffix, strlen(suffix)) == 0;
}

const struct bs_metric_text *
bs_metric_find(const char *name, size_t len)
{
	static const char *const suffixes[] = {"_bucket", "_sum", "_count"};

	for (size_t i = 0; i < BS_METRICS; i++) {
		const struct bs_metric_text *metric = &metrics[i];

		if (has_name(name, len, metric->name, ""))
			return metric;
		if (strcmp(metric->type, "histogram") != 0)
			continue;
		for (size_t j = 0; j < sizeof(suffixes) / sizeof(*suffixes);
		     j++)
			if (has_name(name, len, metric->name, suffixes[j]))
				return metric;
	}
	return NULL;
}
