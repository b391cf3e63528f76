/* The metrics of "backstop metrics": their names, kinds and help. */
#include <stdbool.h>
#include <string.h>

#include "common/engine/metric.h"

static const struct bs_metric_text metrics[BS_METRICS] = {
    [BS_METRIC_BUILD_INFO] = {"backstop_build_info", "gauge",
	"The version of the running engine; the value is 1."},
    [BS_METRIC_ALIVE] = {"backstop_alive_timestamp_seconds", "gauge",
	"When the engine told all this, by its clock."},
    [BS_METRIC_BOUNCES] = {"backstop_bounces_total", "counter",
	"Bounces by their verdict and by what was done."},
    [BS_METRIC_WOULD_REJECT] = {"backstop_would_reject_total", "counter",
	"Bounces that mode enforce would have refused, and the mode in force did not."},
    [BS_METRIC_REFUSED_LATER_KNOWN] = {"backstop_refused_later_known_total",
	"counter", "Refusals of bounces that turned out to be wrong."},
    [BS_METRIC_TAGS_HOME] = {"backstop_tags_home_total", "counter",
	"Bounces that a tag of ours proved genuine."},
    [BS_METRIC_SIGNED] = {"backstop_signed_total", "counter",
	"Messages that left with a tag."},
    [BS_METRIC_UNSIGNED] = {"backstop_unsigned_total", "counter",
	"Messages of a domain of ours that left without a tag, and why."},
    [BS_METRIC_COVERAGE] = {"backstop_coverage_full", "gauge",
	"Whether all mail of the domain is known, so that a bounce may be refused for what is not."},
    [BS_METRIC_COVERAGE_TIME] = {"backstop_coverage_full_timestamp_seconds",
	"gauge", "Since when coverage is full, or when waiting makes it so."},
    [BS_METRIC_KEY_CREATED] = {"backstop_key_created_timestamp_seconds",
	"gauge", "When a key was made or imported."},
    [BS_METRIC_CLOCK_IN_DOUBT] = {"backstop_clock_in_doubt", "gauge",
	"Whether the clock is in doubt, so that nothing is refused."},
    [BS_METRIC_PROBING_CLIENTS] = {"backstop_probing_clients", "gauge",
	"Clients that guessed more than probe_limit addresses or tags within the hour."},
    [BS_METRIC_SPF_CHECKS] = {"backstop_spf_checks_total", "counter",
	"SPF checks by what they found."},
    [BS_METRIC_SPF_ACTIONS] = {"backstop_spf_actions_total", "counter",
	"Senders by what was done about their SPF results."},
    [BS_METRIC_NO_DSN] = {"backstop_no_dsn_total", "counter",
	"Mails that SPF took, but whose sender is told of nothing."},
    [BS_METRIC_SPF_SECONDS] = {"backstop_spf_duration_seconds", "histogram",
	"How long SPF checks took."},
    [BS_METRIC_REQUESTS] = {"backstop_requests_total", "counter",
	"Questions of mail servers and of backstop(8) that were answered."},
    [BS_METRIC_REQUEST_SECONDS] = {"backstop_request_duration_seconds",
	"histogram", "How long it took from a question to its answer."},
    [BS_METRIC_LATE_ANSWERS] = {"backstop_late_answers_total", "counter",
	"Answers for which nobody waited any more."},
    [BS_METRIC_STORE_HEALTHY] = {"backstop_store_healthy", "gauge",
	"Whether the store is open and takes what is written."},
    [BS_METRIC_STORE_ENTRIES] = {"backstop_store_entries", "gauge",
	"Records in the store."},
    [BS_METRIC_STORE_BYTES] = {"backstop_store_bytes", "gauge",
	"Size of the store's file."},
    [BS_METRIC_STORE_GAPS] = {"backstop_store_gaps", "gauge",
	"Times that the store remembers in which not all was recorded."},
    [BS_METRIC_COMMIT_SECONDS] = {"backstop_store_commit_duration_seconds",
	"histogram",
	"How long it took until signatures or counts were on the disk."},
    /* as Prometheus' own client libraries have them, but with our prefix: the
     * ones without are node-exporter's own, which takes ours along */
    [BS_METRIC_PROCESS_CPU] = {"backstop_process_cpu_seconds_total", "counter",
	"Total user and system CPU time spent in seconds."},
    [BS_METRIC_PROCESS_OPEN_FDS] = {"backstop_process_open_fds", "gauge",
	"Number of open file descriptors."},
    [BS_METRIC_PROCESS_MAX_FDS] = {"backstop_process_max_fds", "gauge",
	"Maximum number of open file descriptors."},
    [BS_METRIC_PROCESS_VIRTUAL] = {"backstop_process_virtual_memory_bytes",
	"gauge", "Virtual memory size in bytes."},
    [BS_METRIC_PROCESS_RESIDENT] = {"backstop_process_resident_memory_bytes",
	"gauge", "Resident memory size in bytes."},
    [BS_METRIC_PROCESS_BEGAN] = {"backstop_process_start_time_seconds", "gauge",
	"Start time of the process since unix epoch in seconds."},
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
