/* Op metrics: pages that begin anywhere. */
#include "common/engine/metric.h"
#include "common/engine/metrics.h"
#include "common/judge/counters.h"
#include "common/judge/probe.h"
#include "tests/unit/judging.h"

#define NOW (INT64_C(20000) * DAY)

static struct bs_counters *counters;
static struct bs_traffic traffic;
static struct bs_supervisor supervisor;

/* An engine with this configuration, whose recording began so many days ago. */
static void
engine(const char *text, unsigned days)
{
	begin(text, NOW, days);
	supervisor.folder = folder;
	supervisor.writer = writer;
}

static int
set_up(void **state)
{
	(void)state;
	engine("domains = example.org, example.net\nsign = yes\n"
	       "outbound = here\n",
	    3);
	memset(&traffic, 0, sizeof(traffic));
	counters = bs_counters_new();
	limits = bs_probe_limit_new();
	return counters == NULL || limits == NULL;
}

static int
tear_down(void **state)
{
	(void)state;
	bs_probe_limit_free(limits);
	bs_counters_free(counters);
	end();
	return 0;
}

/* Leaves a page in answer. */
static void
page(uint64_t from)
{
	struct bs_judge judge = judge_now();
	const struct bs_metrics metrics = {
	    .judge = &judge,
	    .traffic = &traffic,
	    .supervisor = &supervisor,
	    .began = NOW,
	    .now = NOW,
	};

	judge.counters = counters;
	memset(&answer, 0, sizeof(answer));
	bs_metrics_answer(&metrics, from, &answer);
}

/* Reads all pages. Returns how many samples there were of a metric. */
static unsigned
samples_of(const char *name)
{
	unsigned count = 0;
	uint64_t from = 0;

	do {
		const char *sample = NULL;

		page(from);
		assert_true(answer.samples.count > 0);
		assert_false(answer.next != 0 && answer.next <= from);
		while ((sample = bs_list_next(&answer.samples, sample)) != NULL)
			count += strncmp(sample, name, strlen(name)) == 0;
		from = answer.next;
	} while (from != 0);
	return count;
}

/* Whatever somebody asks for, a page goes forward or is the last, and fits. */
static void
a_page_begins_anywhere(void **state)
{
	static const uint32_t numbers[] = {0, 1, 7, 19, 20, 21, 131, 132, 133,
	    500, 30000, UINT32_MAX - 1, UINT32_MAX};
	char frame[BS_WIRE_MAX];

	(void)state;
	for (uint64_t metric = 0; metric < BS_METRICS + 2; metric++)
		for (size_t i = 0; i < COUNT(numbers); i++) {
			uint64_t from = metric << 32 | numbers[i];

			page(from);
			assert_true(answer.next == 0 || answer.next >= from);
			assert_true(
			    answer.next != from || answer.samples.count > 0);
			assert_true(bs_answer_encode(&answer, frame,
					sizeof(frame)) > 0);
		}
	page(UINT64_MAX);
	assert_int_equal(answer.samples.count, 0);
	assert_int_equal(answer.next, 0);
}

/* A domain that mail comes of while a scrape is under way moves no sample. */
static void
what_is_counted_meanwhile_moves_nothing(void **state)
{
	struct bs_answer before;
	uint64_t from = 0;

	(void)state;
	bs_counters_see(counters, domain("example.org"));
	do {
		page(from);
		before = answer;
		bs_counters_see(counters, domain("example.net"));
		page(from);
		if (from >> 32 > BS_METRIC_UNSIGNED) {
			assert_int_equal(before.next, answer.next);
			assert_int_equal(before.samples.count,
			    answer.samples.count);
		}
		from = answer.next;
	} while (from != 0);
	assert_int_equal(samples_of("backstop_unsigned_total"),
	    3 * BS_LEFTS + 1);
}

/* Without a store nothing is told of one, and all else is. */
static void
a_store_may_be_missing(void **state)
{
	(void)state;
	assert_int_equal(samples_of("backstop_store_entries"), BS_TABLES);
	assert_int_equal(samples_of("backstop_store_bytes"), 1);
	detach();
	assert_int_equal(samples_of("backstop_store_entries"), 0);
	assert_int_equal(samples_of("backstop_store_bytes"), 0);
	assert_int_equal(samples_of("backstop_store_gaps"), 0);
	assert_int_equal(samples_of("backstop_store_healthy 0"), 1);
	assert_int_equal(samples_of("backstop_coverage_full{"), 2);
	assert_int_equal(samples_of("backstop_process_cpu_seconds_total"), 1);
}

/* The number of a sample; -1: there is none. */
static int64_t
value_of(const char *sample_begins)
{
	size_t len = strlen(sample_begins);
	uint64_t from = 0;

	do {
		const char *sample = NULL;

		page(from);
		while ((sample = bs_list_next(&answer.samples, sample)) != NULL)
			if (strncmp(sample, sample_begins, len) == 0)
				return strtoll(sample + len, NULL, 10);
		from = answer.next;
	} while (from != 0);
	return -1;
}

#define FULL "backstop_coverage_full{domain=\"example.org\"} "
#define FULL_AT                                                                \
	"backstop_coverage_full_timestamp_seconds{domain=\"example.org\"} "

/* After three days waiting helps, after sixty it is over; it does not help
 * where mail of the domain leaves elsewhere, too. */
static void
coverage_is_told_with_its_time(void **state)
{
	(void)state;
	assert_int_equal(value_of(FULL), 0);
	assert_true(value_of(FULL_AT) > NOW);
	assert_true(value_of(FULL_AT) < NOW + 60 * DAY);
	end();
	engine("domains = example.org\nsign = yes\noutbound = here\n", 60);
	assert_int_equal(value_of(FULL), 1);
	assert_true(value_of(FULL_AT) > NOW - 60 * DAY);
	assert_true(value_of(FULL_AT) < NOW);
	end();
	engine("domains = example.org\nsign = yes\noutbound = elsewhere\n", 60);
	assert_int_equal(value_of(FULL), 0);
	assert_int_equal(value_of(FULL_AT), -1);
}

static void
a_doubted_clock_is_told(void **state)
{
	(void)state;
	assert_int_equal(samples_of("backstop_clock_in_doubt 0"), 1);
	bs_writer_set_clock(writer, true, false);
	bs_writer_look(writer, NOW + 1000 * DAY);
	assert_int_equal(samples_of("backstop_clock_in_doubt 1"), 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(a_page_begins_anywhere),
	    TEST(what_is_counted_meanwhile_moves_nothing),
	    TEST(a_store_may_be_missing),
	    TEST(coverage_is_told_with_its_time),
	    TEST(a_doubted_clock_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
