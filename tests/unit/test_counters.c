/* What is counted since the engine began, and how it is written down. */
#include "common/base/histogram.h"
#include "common/engine/metric.h"
#include "common/engine/sample.h"
#include "common/engine/traffic.h"
#include "common/judge/counters.h"
#include "tests/unit/unit.h"

#define MS INT64_C(1000000)

static struct bs_counters *counters;

static int
set_up(void **state)
{
	(void)state;
	return (counters = bs_counters_new()) == NULL;
}

static int
tear_down(void **state)
{
	(void)state;
	bs_counters_free(counters);
	return 0;
}

/* Each combination of facts once. */
static bool
next_facts(struct bs_facts *facts)
{
	static unsigned i;
	unsigned n = i++;

	facts->trusted = n % 2;
	facts->ours = (n /= 2) % 2;
	facts->sender = (n /= 2) % (BS_SENDER_OTHER + 1);
	facts->tag = (n /= BS_SENDER_OTHER + 1) % (BS_TAG_FOREIGN + 1);
	facts->kind = (n /= BS_TAG_FOREIGN + 1) % (BS_KIND_OTHER + 1);
	facts->evidence = (n /= BS_KIND_OTHER + 1) % (BS_EVIDENCE_FAILED + 1);
	facts->issue = (n /= BS_EVIDENCE_FAILED + 1) % (BS_ISSUED_OVER_CAP + 1);
	facts->coverage =
	    (n /= BS_ISSUED_OVER_CAP + 1) % (BS_COVERAGE_PARTIAL + 1);
	if (n / (BS_COVERAGE_PARTIAL + 1) == 0)
		return true;
	i = 0;
	return false;
}

static bool yields[BS_BOUNCE_KINDS][BS_ACTIONS];

/* What comes of facts in all modes, and where a client is beyond the probe
 * limit; and the header field that tells of each verdict but in observe. */
static void
note_yield(const struct bs_facts *facts)
{
	const struct bs_row *row = bs_policy_row(facts);
	size_t kind = bs_policy_verdict(row, bs_policy_reason(row, facts));

	for (size_t mode = BS_OBSERVE; mode <= BS_ENFORCE; mode++)
		for (int strict = 0; strict < 2; strict++)
			yields[kind][bs_policy_action(row, facts,
			    (enum bs_mode)mode, strict)] = true;
	yields[kind][BS_ACTION_HEADER] = true;
	if (facts->sender == BS_SENDER_NULL && facts->tag != BS_TAG_VALID)
		yields[kind][BS_ACTION_DEFER] = true;
}

/* No facts lead to the last row; if a change makes some do, it is counted. */
static void
note_yield_of_no_row(void)
{
	const struct bs_row *row = bs_policy_row_at(BS_POLICY_ROWS - 1);
	size_t kind = bs_policy_verdict(row, row->reason);

	assert_string_equal(bs_reason_word(row->reason), "no-row");
	for (size_t i = 0; i < BS_ACTIONS; i++)
		assert_false(yields[kind][i]);
	yields[kind][BS_ACTION_NONE] = true;
	yields[kind][BS_ACTION_HEADER] = true;
	yields[kind][BS_ACTION_DEFER] = true;
}

static void
counts_all_that_the_table_can_yield(void **state)
{
	struct bs_facts facts = {0};
	unsigned count = 0;

	(void)state;
	memset(yields, 0, sizeof(yields));
	while (next_facts(&facts))
		if (facts.ours && !facts.trusted)
			note_yield(&facts);
	yields[BS_POLICY_VERDICTS][BS_ACTION_DEFER] = true;
	note_yield_of_no_row();
	for (size_t kind = 0; kind < BS_BOUNCE_KINDS; kind++) {
		const char *verdict;
		const char *reason;

		if (!bs_counters_kind(kind, &verdict, &reason))
			continue;
		for (size_t i = 0; i < BS_ACTIONS; i++) {
			bool may = bs_counters_may_be(kind, (enum bs_action)i);

			if (may != yields[kind][i])
				fail_msg("%s %s %s: %d, not %d", verdict,
				    reason, bs_action_names[i], may,
				    yields[kind][i]);
			count += may;
		}
	}
	assert_int_equal(count, 58);
}

/* Two kinds of the same words would be one series twice. */
static void
each_kind_has_words_of_its_own(void **state)
{
	const char *words[BS_BOUNCE_KINDS][2];
	unsigned kinds = 0;

	(void)state;
	for (size_t i = 0; i < BS_BOUNCE_KINDS; i++) {
		const char *verdict;
		const char *reason;

		if (!bs_counters_kind(i, &verdict, &reason))
			continue;
		assert_true(verdict[0] != '\0' && reason[0] != '\0');
		for (unsigned j = 0; j < kinds; j++)
			assert_true(strcmp(words[j][0], verdict) != 0 ||
				    strcmp(words[j][1], reason) != 0);
		words[kinds][0] = verdict;
		words[kinds++][1] = reason;
	}
	assert_int_equal(kinds, 17);
}

static uint64_t
bounces_of(size_t place)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < BS_BOUNCE_KINDS; i++)
		for (size_t j = 0; j < BS_ACTIONS; j++)
			sum += counters->domains[place].bounces[i][j];
	return sum;
}

static void
counts_a_bounce_once(void **state)
{
	const struct bs_facts facts = {.ours = true,
	    .sender = BS_SENDER_NULL,
	    .tag = BS_TAG_UNKNOWN,
	    .evidence = BS_EVIDENCE_NONE};
	const struct bs_row *row = bs_policy_row(&facts);
	struct bs_domain domain = {.name = (char[]){"example.org"}};

	(void)state;
	bs_counters_bounce(counters, &domain, row,
	    bs_policy_reason(row, &facts), BS_ACTION_REWRITE);
	bs_counters_bounce(counters, &domain, row, row->reason, BS_ACTION_JUNK);
	bs_counters_bounce(counters, &domain, NULL, BS_REASON_NONE,
	    BS_ACTION_DEFER);
	assert_int_equal(counters->domain_count, 2);
	assert_int_equal(bounces_of(0), 0);
	assert_int_equal(bounces_of(1), 3);
	for (size_t i = 0; i < BS_BOUNCE_KINDS; i++) {
		const char *verdict;
		const char *reason;
		const uint64_t *of;

		if (!bs_counters_kind(i, &verdict, &reason))
			continue;
		of = counters->domains[1].bounces[i];
		/* that a tag comes off is no action of its own */
		assert_int_equal(of[BS_ACTION_NONE],
		    strcmp(reason, "unknown-key") == 0);
		assert_int_equal(of[BS_ACTION_JUNK],
		    strcmp(reason, "expired") == 0);
		assert_int_equal(of[BS_ACTION_DEFER],
		    strcmp(reason, "probing") == 0);
	}
}

static void
only_so_many_domains_have_a_place(void **state)
{
	const unsigned more = 7;
	char name[40];
	struct bs_domain domain = {.name = name};

	(void)state;
	for (unsigned round = 0; round < 2; round++)
		for (unsigned i = 0; i < BS_COUNTERS_DOMAINS + more; i++) {
			snprintf(name, sizeof(name), "d%u.example", i);
			bs_counters_see(counters, &domain);
			bs_counters_bounce(counters, &domain, NULL,
			    BS_REASON_NONE, BS_ACTION_DEFER);
			assert_int_equal(bs_counters_have(counters, &domain),
			    i < BS_COUNTERS_DOMAINS);
		}
	assert_int_equal(counters->domain_count, 1 + BS_COUNTERS_DOMAINS);
	assert_int_equal(bounces_of(0), 2 * more);
	for (unsigned i = 0; i < BS_COUNTERS_DOMAINS; i++) {
		snprintf(name, sizeof(name), "d%u.example", i);
		assert_string_equal(counters->domains[1 + i].name, name);
		assert_int_equal(bounces_of(1 + i), 2);
	}
}

/* "backstop explain" judges, too, and counts nothing. */
static void
without_counters_nothing_is_counted(void **state)
{
	const struct bs_spf_finding finding = {.result = BS_SPF_PASS};

	(void)state;
	bs_counters_see(NULL, NULL);
	bs_counters_bounce(NULL, NULL, NULL, BS_REASON_NONE, BS_ACTION_NONE);
	bs_counters_tally(NULL, BS_TALLY_SIGNED);
	bs_counters_left(NULL, NULL, BS_LEFT_CLOCK);
	bs_counters_nameless(NULL);
	bs_counters_spf_check(NULL, &finding);
	bs_counters_spf_action(NULL, BS_ACTION_NONE);
	bs_counters_free(NULL);
}

/* A time that is a bound is within it. */
static void
a_time_counts_within_its_bound(void **state)
{
	static const struct {
		int64_t ns;
		const char *bound;
	} times[] = {
	    {-5, "0.0001"},
	    {0, "0.0001"},
	    {100000, "0.0001"},
	    {100001, "0.00025"},
	    {2500000, "0.0025"},
	    {25 * MS, "0.025"},
	    {25 * MS + 1, "0.05"},
	    {1000 * MS, "1"},
	    {25000 * MS, "25"},
	    {25000 * MS + 1, "+Inf"},
	    {INT64_MAX, "+Inf"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(times); i++) {
		struct bs_histogram histogram = {0};
		size_t bucket = 0;

		bs_histogram_add(&histogram, times[i].ns);
		while (histogram.counts[bucket] == 0)
			bucket++;
		assert_string_equal(bs_histogram_bound(bucket), times[i].bound);
		assert_int_equal(histogram.sum_ns,
		    times[i].ns < 0 ? 0 : times[i].ns);
	}
	assert_null(bs_histogram_bound(BS_HISTOGRAM_BUCKETS));
}

/* A question that names no deadline is never late. */
static void
counts_answers_that_come_late(void **state)
{
	struct bs_asked asked = {.op = BS_OP_SIGN, .at_ns = 7};
	struct bs_traffic traffic = {0};

	(void)state;
	bs_traffic_answered(&traffic, &asked, BS_STATUS_OK, 9000 * MS);
	asked.deadline_ms = 20;
	bs_traffic_answered(&traffic, &asked, BS_STATUS_OK, 7 + 20 * MS);
	assert_int_equal(traffic.late, 0);
	bs_traffic_answered(&traffic, &asked, BS_STATUS_ERROR, 8 + 20 * MS);
	assert_int_equal(traffic.late, 1);
	assert_int_equal(traffic.answers[BS_OP_SIGN][BS_STATUS_OK], 2);
	assert_int_equal(traffic.answers[BS_OP_SIGN][BS_STATUS_ERROR], 1);
	assert_int_equal(traffic.seconds[BS_OP_SIGN].sum_ns, 9040 * MS - 6);
}

static void
bounds_ascend(void **state)
{
	double before = 0;

	(void)state;
	for (size_t i = 0; i < BS_HISTOGRAM_BUCKETS; i++) {
		double bound = strtod(bs_histogram_bound(i), NULL);

		assert_true(bound > before);
		before = bound;
	}
}

static void
a_sample_is_one_line(void **state)
{
	struct bs_sample bare = {0};
	struct bs_sample labelled = {0};
	struct bs_sample seconds = {0};

	(void)state;
	bs_sample_name(&bare, "a_", "total");
	bs_sample_number(&bare, UINT64_MAX);
	assert_string_equal(bare.text, "a_total 18446744073709551615");
	assert_int_equal(bare.len, strlen(bare.text));
	bs_sample_name(&labelled, "b", "");
	bs_sample_label(&labelled, "x", "a\\b\"c\nd");
	bs_sample_label(&labelled, "y", "");
	bs_sample_label(&labelled, "z", "\xc3\xa9{}, ");
	bs_sample_number(&labelled, 0);
	assert_string_equal(labelled.text,
	    "b{x=\"a\\\\b\\\"c\\nd\",y=\"\",z=\"\xc3\xa9{}, \"} 0");
	bs_sample_name(&seconds, "c", "_sum");
	bs_sample_seconds(&seconds, UINT64_C(61000000007));
	assert_string_equal(seconds.text, "c_sum 61.000000007");
}

/* A domain of nothing but what is escaped fits, and what does not fit says
 * so. */
static void
a_sample_knows_its_length(void **state)
{
	struct bs_sample sample = {0};
	char domain[BS_HOST_MAX];

	(void)state;
	memset(domain, '"', sizeof(domain) - 1);
	domain[sizeof(domain) - 1] = '\0';
	bs_sample_name(&sample, "backstop_bounces_total", "");
	bs_sample_label(&sample, "domain", domain);
	bs_sample_label(&sample, "verdict", "not-a-bounce");
	bs_sample_label(&sample, "reason", "outbound-began-later");
	bs_sample_label(&sample, "action", "rewrite");
	bs_sample_number(&sample, UINT64_MAX);
	assert_int_equal(sample.len, strlen(sample.text));
	for (int i = 0; i < 3; i++)
		bs_sample_label(&sample, "more", domain);
	assert_true(sample.len >= sizeof(sample.text));
	assert_int_equal(strlen(sample.text), sizeof(sample.text) - 1);
}

static const char *
name_of(const char *sample)
{
	const struct bs_metric_text *metric =
	    bs_metric_find(sample, strlen(sample));

	return metric == NULL ? "" : metric->name;
}

static void
finds_the_metric_of_a_sample(void **state)
{
	(void)state;
	for (size_t i = 0; i < BS_METRICS; i++) {
		const struct bs_metric_text *metric =
		    bs_metric_text((enum bs_metric)i);

		assert_string_equal(name_of(metric->name), metric->name);
		assert_true(strlen(metric->help) > 0);
		assert_null(strpbrk(metric->help, "\\\n"));
	}
	assert_string_equal(name_of("backstop_spf_duration_seconds_bucket"),
	    "backstop_spf_duration_seconds");
	assert_string_equal(name_of("backstop_spf_duration_seconds_count"),
	    "backstop_spf_duration_seconds");
	assert_string_equal(name_of("backstop_signed_total_count"), "");
	assert_string_equal(name_of("backstop_signed"), "");
	assert_string_equal(name_of(""), "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(counts_all_that_the_table_can_yield),
	    cmocka_unit_test(each_kind_has_words_of_its_own),
	    cmocka_unit_test_setup_teardown(counts_a_bounce_once, set_up,
		tear_down),
	    cmocka_unit_test_setup_teardown(only_so_many_domains_have_a_place,
		set_up, tear_down),
	    cmocka_unit_test(without_counters_nothing_is_counted),
	    cmocka_unit_test(a_time_counts_within_its_bound),
	    cmocka_unit_test(bounds_ascend),
	    cmocka_unit_test(counts_answers_that_come_late),
	    cmocka_unit_test(a_sample_is_one_line),
	    cmocka_unit_test(a_sample_knows_its_length),
	    cmocka_unit_test(finds_the_metric_of_a_sample),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
