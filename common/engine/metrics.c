/* Op metrics: what the engine counts and is, as lines for Prometheus.
 *
 * Each metric is a row of a table with a function that writes its sample
 * number n. Where a page ends is told as a number: the metric and n. */
#include <stdio.h>
#include <string.h>

#include "common/engine/metric.h"
#include "common/engine/metrics.h"
#include "common/engine/process.h"
#include "common/engine/sample.h"
#include "common/judge/counters.h"
#include "common/judge/coverage.h"
#include "common/judge/probe.h"

/* Of one histogram: its buckets, its sum and its count. */
#define HISTOGRAM_SAMPLES (BS_HISTOGRAM_BUCKETS + 2)

/* Octets of the longest of them, with a NUL. */
#define HISTOGRAM_SAMPLE_MAX 96

_Static_assert(HISTOGRAM_SAMPLES <= BS_LIST_ITEMS &&
		   HISTOGRAM_SAMPLES * HISTOGRAM_SAMPLE_MAX <= BS_LIST_SIZE,
    "a histogram has room on a page");

/* There is one, there is none under this number, or none from it on. */
enum outcome { WRITTEN, SKIPPED, ENDED };

typedef enum outcome write_sample(const struct bs_metrics *metrics,
    const char *name, size_t n, struct bs_sample *out);

/* The value of a metric that has one sample, without labels; false where it is
 * not known. */
typedef bool find_value(const struct bs_metrics *metrics, uint64_t *out);

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

static bool
find_alive(const struct bs_metrics *metrics, uint64_t *out)
{
	*out = (uint64_t)metrics->now;
	return true;
}

static enum outcome
write_bounces(const struct bs_metrics *metrics, const char *name, size_t n,
    struct bs_sample *out)
{
	const struct bs_counters *counters = metrics->judge->counters;
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

static bool
find_would_reject(const struct bs_metrics *metrics, uint64_t *out)
{
	*out = metrics->judge->counters->tallies[BS_TALLY_WOULD_REJECT];
	return true;
}

static bool
find_later_known(const struct bs_metrics *metrics, uint64_t *out)
{
	*out = metrics->judge->counters->tallies[BS_TALLY_REFUSED_LATER_KNOWN];
	return true;
}

static bool
find_tags_home(const struct bs_metrics *metrics, uint64_t *out)
{
	*out = metrics->judge->counters->tallies[BS_TALLY_TAG_HOME];
	return true;
}

static bool
find_signed(const struct bs_metrics *metrics, uint64_t *out)
{
	*out = metrics->judge->counters->tallies[BS_TALLY_SIGNED];
	return true;
}

static enum outcome
write_unsigned(const struct bs_metrics *metrics, const char *name, size_t n,
    struct bs_sample *out)
{
	const struct bs_counters *counters = metrics->judge->counters;
	size_t why = n % BS_UNSIGNED_KINDS;
	size_t domain = n / BS_UNSIGNED_KINDS;
	uint64_t count;

	if (domain >= counters->domain_count)
		return ENDED;
	count = counters->domains[domain].without_tag[why];
	if (count == 0 && !bs_counters_may_lack(domain, why))
		return SKIPPED;
	bs_sample_name(out, name, "");
	bs_sample_label(out, "domain", counters->domains[domain].name);
	bs_sample_label(out, "reason", bs_counters_unsigned_word(why));
	bs_sample_number(out, count);
	return WRITTEN;
}

/* The configured domain of a number. Where there are more than have a place,
 * only those that have one are told of. */
static enum outcome
find_domain(const struct bs_metrics *metrics, size_t n,
    const struct bs_domain **out)
{
	const struct bs_config *config = metrics->judge->config;

	if (n >= config->domain_count)
		return ENDED;
	*out = &config->domains[n];
	return config->domain_count <= BS_COUNTERS_DOMAINS ||
		       bs_counters_have(metrics->judge->counters, *out)
		   ? WRITTEN
		   : SKIPPED;
}

static void
find_coverage(const struct bs_metrics *metrics, const struct bs_domain *domain,
    struct bs_coverage_state *out)
{
	struct bs_view view;

	bs_case_view(metrics->judge, &view);
	bs_coverage_find(&view, domain, metrics->now, out);
}

static enum outcome
write_coverage(const struct bs_metrics *metrics, const char *name, size_t n,
    struct bs_sample *out)
{
	const struct bs_domain *domain;
	struct bs_coverage_state coverage;
	enum outcome found = find_domain(metrics, n, &domain);

	if (found != WRITTEN)
		return found;
	find_coverage(metrics, domain, &coverage);
	bs_sample_name(out, name, "");
	bs_sample_label(out, "domain", domain->name);
	bs_sample_number(out, coverage.reason == BS_REASON_NONE);
	return WRITTEN;
}

static enum outcome
write_coverage_time(const struct bs_metrics *metrics, const char *name,
    size_t n, struct bs_sample *out)
{
	const struct bs_domain *domain;
	struct bs_coverage_state coverage;
	enum outcome found = find_domain(metrics, n, &domain);

	if (found != WRITTEN)
		return found;
	find_coverage(metrics, domain, &coverage);
	if (coverage.full_at == 0)
		return SKIPPED;
	bs_sample_name(out, name, "");
	bs_sample_label(out, "domain", domain->name);
	bs_sample_number(out, (uint64_t)coverage.full_at);
	return WRITTEN;
}

/* By the key's number, so that a new one moves no other. */
static enum outcome
write_key_created(const struct bs_metrics *metrics, const char *name, size_t n,
    struct bs_sample *out)
{
	const struct bs_key *key;
	const char number[] = {(char)('0' + n % BS_KEY_NUMBERS), '\0'};

	if (n >= BS_KEY_NUMBERS)
		return ENDED;
	key = bs_keyring_find(metrics->judge->keyring, (unsigned)n);
	if (key == NULL || key->created <= 0)
		return SKIPPED;
	bs_sample_name(out, name, "");
	bs_sample_label(out, "key", number);
	bs_sample_label(out, "state", bs_key_state_name(key->state));
	bs_sample_number(out, (uint64_t)key->created);
	return WRITTEN;
}

static bool
find_clock_in_doubt(const struct bs_metrics *metrics, uint64_t *out)
{
	*out = bs_writer_meta(metrics->judge->writer)->clock.in_doubt;
	return true;
}

static bool
find_probing_clients(const struct bs_metrics *metrics, uint64_t *out)
{
	unsigned limit = metrics->judge->config->probe_limit;

	*out = limit == 0 ? 0
			  : bs_probe_limit_beyond(metrics->judge->limits, limit,
				metrics->now);
	return true;
}

static enum outcome
write_spf_checks(const struct bs_metrics *metrics, const char *name, size_t n,
    struct bs_sample *out)
{
	enum bs_spf_identity identity =
	    (enum bs_spf_identity)(n / BS_SPF_RESULTS);
	enum bs_spf_result result = (enum bs_spf_result)(n % BS_SPF_RESULTS);

	if (n >= (size_t)BS_SPF_IDENTITIES * BS_SPF_RESULTS)
		return ENDED;
	bs_sample_name(out, name, "");
	bs_sample_label(out, "identity", bs_spf_identity_name(identity));
	bs_sample_label(out, "result", bs_spf_result_name(result));
	bs_sample_number(out,
	    metrics->judge->counters->spf_checks[identity][result]);
	return WRITTEN;
}

static enum outcome
write_spf_actions(const struct bs_metrics *metrics, const char *name, size_t n,
    struct bs_sample *out)
{
	if (n >= BS_ACTIONS)
		return ENDED;
	/* there is no address to rewrite */
	if (n == BS_ACTION_REWRITE)
		return SKIPPED;
	bs_sample_name(out, name, "");
	bs_sample_label(out, "action", bs_action_names[n]);
	bs_sample_number(out, metrics->judge->counters->spf_actions[n]);
	return WRITTEN;
}

static bool
find_no_dsn(const struct bs_metrics *metrics, uint64_t *out)
{
	*out = metrics->judge->counters->no_dsn;
	return true;
}

/* Sample n of a histogram, with one label unless its name is NULL. */
static enum outcome
write_histogram(const struct bs_histogram *histogram, const char *name,
    const char *label, const char *value, size_t n, struct bs_sample *out)
{
	uint64_t count = 0;

	if (n >= HISTOGRAM_SAMPLES)
		return ENDED;
	for (size_t i = 0; i < BS_HISTOGRAM_BUCKETS && i <= n; i++)
		count += histogram->counts[i];
	bs_sample_name(out, name,
	    n < BS_HISTOGRAM_BUCKETS	? "_bucket"
	    : n == BS_HISTOGRAM_BUCKETS ? "_sum"
					: "_count");
	if (label != NULL)
		bs_sample_label(out, label, value);
	if (n < BS_HISTOGRAM_BUCKETS)
		bs_sample_label(out, "le", bs_histogram_bound(n));
	if (n == BS_HISTOGRAM_BUCKETS)
		bs_sample_seconds(out, histogram->sum_ns);
	else
		bs_sample_number(out, count);
	return WRITTEN;
}

static enum outcome
write_spf_seconds(const struct bs_metrics *metrics, const char *name, size_t n,
    struct bs_sample *out)
{
	return write_histogram(&metrics->judge->counters->spf_seconds, name,
	    NULL, NULL, n, out);
}

static enum outcome
write_requests(const struct bs_metrics *metrics, const char *name, size_t n,
    struct bs_sample *out)
{
	enum bs_op op = (enum bs_op)(n / BS_STATUSES);
	enum bs_status status = (enum bs_status)(n % BS_STATUSES);
	bool is_readable = n < (size_t)BS_OPS * BS_STATUSES;

	if (n > (size_t)BS_OPS * BS_STATUSES)
		return ENDED;
	bs_sample_name(out, name, "");
	bs_sample_label(out, "op", is_readable ? bs_op_name(op) : "unreadable");
	bs_sample_label(out, "status",
	    bs_status_name(is_readable ? status : BS_STATUS_ERROR));
	bs_sample_number(out, is_readable
				  ? metrics->traffic->answers[op][status]
				  : metrics->traffic->unreadable);
	return WRITTEN;
}

static enum outcome
write_request_seconds(const struct bs_metrics *metrics, const char *name,
    size_t n, struct bs_sample *out)
{
	enum bs_op op = (enum bs_op)(n / HISTOGRAM_SAMPLES);

	if (n / HISTOGRAM_SAMPLES >= BS_OPS)
		return ENDED;
	return write_histogram(&metrics->traffic->seconds[op], name, "op",
	    bs_op_name(op), n % HISTOGRAM_SAMPLES, out);
}

static bool
find_late_answers(const struct bs_metrics *metrics, uint64_t *out)
{
	*out = metrics->traffic->late;
	return true;
}

static bool
find_store_healthy(const struct bs_metrics *metrics, uint64_t *out)
{
	*out = strcmp(bs_supervise_state(metrics->supervisor), "ok") == 0;
	return true;
}

/* What is in a store is told while one is open. */
static enum outcome
write_store_entries(const struct bs_metrics *metrics, const char *name,
    size_t n, struct bs_sample *out)
{
	struct bs_store_stat stat;

	if (n >= BS_TABLES ||
	    bs_writer_stat(metrics->judge->writer, &stat) != 0)
		return ENDED;
	bs_sample_name(out, name, "");
	bs_sample_label(out, "table", bs_table_name((enum bs_table)n));
	bs_sample_number(out, stat.entries[n]);
	return WRITTEN;
}

static bool
find_store_bytes(const struct bs_metrics *metrics, uint64_t *out)
{
	struct bs_store_stat stat;

	if (bs_writer_stat(metrics->judge->writer, &stat) != 0)
		return false;
	*out = stat.file_bytes;
	return true;
}

static bool
find_store_gaps(const struct bs_metrics *metrics, uint64_t *out)
{
	const struct bs_writer *writer = metrics->judge->writer;

	*out = bs_writer_meta(writer)->gap_count;
	return bs_writer_has_store(writer);
}

static enum outcome
write_commit_seconds(const struct bs_metrics *metrics, const char *name,
    size_t n, struct bs_sample *out)
{
	return write_histogram(bs_writer_commits(metrics->judge->writer), name,
	    NULL, NULL, n, out);
}

static enum outcome
write_process_cpu(const struct bs_metrics *metrics, const char *name, size_t n,
    struct bs_sample *out)
{
	uint64_t ns;

	(void)metrics;
	if (n > 0 || !bs_process_cpu_ns(&ns))
		return ENDED;
	bs_sample_name(out, name, "");
	bs_sample_seconds(out, ns);
	return WRITTEN;
}

static bool
find_process_open_fds(const struct bs_metrics *metrics, uint64_t *out)
{
	(void)metrics;
	return bs_process_open_fds(out);
}

static bool
find_process_max_fds(const struct bs_metrics *metrics, uint64_t *out)
{
	(void)metrics;
	return bs_process_max_fds(out);
}

static bool
find_process_virtual(const struct bs_metrics *metrics, uint64_t *out)
{
	(void)metrics;
	return bs_process_virtual_bytes(out);
}

static bool
find_process_resident(const struct bs_metrics *metrics, uint64_t *out)
{
	(void)metrics;
	return bs_process_resident_bytes(out);
}

static bool
find_process_began(const struct bs_metrics *metrics, uint64_t *out)
{
	*out = (uint64_t)metrics->began;
	return true;
}

/* Each has one of the two. */
static const struct {
	write_sample *write;
	find_value *value;
} rows[BS_METRICS] = {
    [BS_METRIC_BUILD_INFO] = {.write = write_build_info},
    [BS_METRIC_ALIVE] = {.value = find_alive},
    [BS_METRIC_BOUNCES] = {.write = write_bounces},
    [BS_METRIC_WOULD_REJECT] = {.value = find_would_reject},
    [BS_METRIC_REFUSED_LATER_KNOWN] = {.value = find_later_known},
    [BS_METRIC_TAGS_HOME] = {.value = find_tags_home},
    [BS_METRIC_SIGNED] = {.value = find_signed},
    [BS_METRIC_UNSIGNED] = {.write = write_unsigned},
    [BS_METRIC_COVERAGE] = {.write = write_coverage},
    [BS_METRIC_COVERAGE_TIME] = {.write = write_coverage_time},
    [BS_METRIC_KEY_CREATED] = {.write = write_key_created},
    [BS_METRIC_CLOCK_IN_DOUBT] = {.value = find_clock_in_doubt},
    [BS_METRIC_PROBING_CLIENTS] = {.value = find_probing_clients},
    [BS_METRIC_SPF_CHECKS] = {.write = write_spf_checks},
    [BS_METRIC_SPF_ACTIONS] = {.write = write_spf_actions},
    [BS_METRIC_NO_DSN] = {.value = find_no_dsn},
    [BS_METRIC_SPF_SECONDS] = {.write = write_spf_seconds},
    [BS_METRIC_REQUESTS] = {.write = write_requests},
    [BS_METRIC_REQUEST_SECONDS] = {.write = write_request_seconds},
    [BS_METRIC_LATE_ANSWERS] = {.value = find_late_answers},
    [BS_METRIC_STORE_HEALTHY] = {.value = find_store_healthy},
    [BS_METRIC_STORE_ENTRIES] = {.write = write_store_entries},
    [BS_METRIC_STORE_BYTES] = {.value = find_store_bytes},
    [BS_METRIC_STORE_GAPS] = {.value = find_store_gaps},
    [BS_METRIC_COMMIT_SECONDS] = {.write = write_commit_seconds},
    [BS_METRIC_PROCESS_CPU] = {.write = write_process_cpu},
    [BS_METRIC_PROCESS_OPEN_FDS] = {.value = find_process_open_fds},
    [BS_METRIC_PROCESS_MAX_FDS] = {.value = find_process_max_fds},
    [BS_METRIC_PROCESS_VIRTUAL] = {.value = find_process_virtual},
    [BS_METRIC_PROCESS_RESIDENT] = {.value = find_process_resident},
    [BS_METRIC_PROCESS_BEGAN] = {.value = find_process_began},
};

/* Writes sample n of a metric. */
static enum outcome
write_of(const struct bs_metrics *metrics, enum bs_metric metric, size_t n,
    struct bs_sample *out)
{
	const char *name = bs_metric_text(metric)->name;
	uint64_t value;

	if (rows[metric].write != NULL)
		return rows[metric].write(metrics, name, n, out);
	if (n > 0 || !rows[metric].value(metrics, &value))
		return ENDED;
	bs_sample_name(out, name, "");
	bs_sample_number(out, value);
	return WRITTEN;
}

/* A histogram stands on one page, so that it is that of one moment. */
static bool
must_turn_page(const struct bs_list *samples, enum bs_metric metric, size_t n)
{
	return strcmp(bs_metric_text(metric)->type, "histogram") == 0 &&
	       n % HISTOGRAM_SAMPLES == 0 &&
	       (samples->count + HISTOGRAM_SAMPLES > BS_LIST_ITEMS ||
		   samples->used + HISTOGRAM_SAMPLES * HISTOGRAM_SAMPLE_MAX >
		       BS_LIST_SIZE);
}

/* Adds a sample to the page. Returns whether there was room; one that no page
 * has room for is left out. */
static bool
add(struct bs_list *samples, enum bs_metric metric, size_t n,
    const struct bs_sample *sample)
{
	if (must_turn_page(samples, metric, n))
		return false;
	return sample->len >= sizeof(sample->text) ||
	       !bs_wire_fits(sample->text) ||
	       bs_list_add(samples, sample->text, sample->len) == 0;
}

void
bs_metrics_answer(const struct bs_metrics *metrics, uint64_t from,
    struct bs_answer *answer)
{
	uint64_t number = from >> 32;
	size_t n = (size_t)(from & UINT32_MAX);

	answer->config = metrics->judge->config->digest;
	while (number < BS_METRICS) {
		enum bs_metric metric = (enum bs_metric)number;
		struct bs_sample sample = {0};
		enum outcome outcome = write_of(metrics, metric, n, &sample);

		if (outcome == WRITTEN &&
		    !add(&answer->samples, metric, n, &sample)) {
			answer->next = number << 32 | n;
			return;
		}
		n = outcome == ENDED ? 0 : n + 1;
		number += outcome == ENDED;
	}
}
