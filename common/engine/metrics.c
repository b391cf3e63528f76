/* Op metrics: what the engine counts and is, as lines for Prometheus.
 *
 * Each metric is a row of a table with a function that writes its sample
 * number n. Where a page ends is told as a number: the metric and n. */
#include <stdio.h>
#include <string.h>

#include "common/engine/metric.h"
#include "common/engine/metrics.h"
#include "common/engine/sample.h"

/* WRITTEN, nothing to be written under this number, or none from it on. */
enum outcome { WRITTEN, SKIPPED, ENDED };

typedef enum outcome write_sample(const struct bs_metrics *metrics,
    const char *name, size_t n, struct bs_sample *out);

static enum outcome
write_build_info(const struct bs_metrics *metrics, const char *name, size_t n,
    struct bs_sample *out)
{
	(void)metrics;
	if (n > 0)
		return ENDED;
	bs_sample_name(out, name, "");
	bs_sample_label(out, "version", BS_VERSION);
	bs_sample_number(out, 1);
	return WRITTEN;
}

static enum outcome
write_alive(const struct bs_metrics *metrics, const char *name, size_t n,
    struct bs_sample *out)
{
	if (n > 0)
		return ENDED;
	bs_sample_name(out, name, "");
	bs_sample_number(out, (uint64_t)metrics->now);
	return WRITTEN;
}

static enum outcome
write_bounces(const struct bs_metrics *metrics, const char *name, size_t n,
    struct bs_sample *out)
{
	const struct bs_counters *counters = metrics->counters;
	enum bs_action action = (enum bs_action)(n % BS_ACTIONS);
	size_t kind = n / BS_ACTIONS % BS_BOUNCE_KINDS;
	size_t domain = n / BS_ACTIONS / BS_BOUNCE_KINDS;
	const char *verdict;
	const char *reason;
	uint64_t count;

	if (domain >= counters->domain_count)
		return ENDED;
	count = counters->domains[domain].bounces[kind][action];
	if (!bs_counters_kind(kind, &verdict, &reason) ||
	    (count == 0 && !bs_counters_may_be(kind, action)))
		return SKIPPED;
	bs_sample_name(out, name, "");
	bs_sample_label(out, "domain", counters->domains[domain].name);
	bs_sample_label(out, "verdict", verdict);
	bs_sample_label(out, "reason", reason);
	bs_sample_label(out, "action", bs_action_names[action]);
	bs_sample_number(out, count);
	return WRITTEN;
}

static write_sample *const writers[BS_METRICS] = {
    [BS_METRIC_BUILD_INFO] = write_build_info,
    [BS_METRIC_ALIVE] = write_alive,
    [BS_METRIC_BOUNCES] = write_bounces,
};

/* Adds a sample to the page. Returns whether there was room. */
static bool
add(struct bs_answer *answer, const struct bs_sample *sample)
{
	/* one that does not fit into a sample is too long for any page */
	return sample->len >= sizeof(sample->text) ||
	       !bs_wire_fits(sample->text) ||
	       bs_list_add(&answer->samples, sample->text, sample->len) == 0;
}

void
bs_metrics_answer(const struct bs_metrics *metrics, uint64_t from,
    struct bs_answer *answer)
{
	uint64_t metric = from >> 32;
	size_t n = (size_t)(from & UINT32_MAX);
	enum outcome outcome;

	answer->config = metrics->settings->config->digest;
	while (metric < BS_METRICS) {
		struct bs_sample sample = {0};

		outcome = writers[metric](metrics,
		    bs_metric_text((enum bs_metric)metric)->name, n, &sample);
		if (outcome == WRITTEN && !add(answer, &sample)) {
			answer->next = metric << 32 | n;
			return;
		}
		n = outcome == ENDED ? 0 : n + 1;
		metric += outcome == ENDED;
	}
}
