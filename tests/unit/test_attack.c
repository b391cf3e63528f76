/* Attacks in the bounces of each hour: series that were made up. */
#include "common/cli/report/attack.h"
#include "tests/unit/unit.h"

#define HOUR 3600
#define DAY 24
#define FIRST INT64_C(1000000800)
#define MONTH (31 * DAY)

static struct bs_report_hour hours[BS_REPORT_HOURS];
static struct bs_report_attack found[BS_REPORT_ATTACKS];
static uint64_t usual;

static int
clear(void **state)
{
	(void)state;
	memset(hours, 0, sizeof(hours));
	memset(found, 0, sizeof(found));
	return 0;
}

/* So many bounces in each hour from one on. */
static void
fill(size_t from, size_t count, uint64_t forged)
{
	for (size_t i = from; i < from + count; i++)
		hours[i].forged = forged;
}

static size_t
find(size_t count)
{
	return bs_attack_find(hours, count, FIRST, found, &usual);
}

static void
assert_attack(size_t at, size_t first, size_t behind, uint64_t bounces)
{
	assert_int_equal((found[at].start - FIRST) / HOUR, first);
	assert_int_equal((found[at].end - FIRST) / HOUR, behind);
	assert_int_equal(found[at].bounces, bounces);
}

static void
test_nothing(void **state)
{
	(void)state;
	assert_int_equal(find(0), 0);
	assert_int_equal(find(1), 0);
	assert_int_equal(find(BS_REPORT_HOURS), 0);
	assert_int_equal(find(BS_REPORT_HOURS + 1), 0);
	assert_int_equal(usual, 0);
}

static void
test_tiny_numbers(void **state)
{
	(void)state;
	/* a host without bounces gets a dozen in an hour */
	fill(300, 1, 14);
	assert_int_equal(find(MONTH), 0);
	/* it gets some for half a day, but never many */
	fill(300, 12, 12);
	assert_int_equal(find(MONTH), 0);
	/* one hour of 20 is soon over */
	fill(300, 12, 0);
	fill(300, 1, 20);
	assert_int_equal(find(MONTH), 0);
}

static void
test_quiet_host(void **state)
{
	(void)state;
	fill(300, 5, 20);
	hours[302].unknown = 5;
	hours[302].genuine = 900;
	hours[303].suspect = 1;
	assert_int_equal(find(MONTH), 1);
	assert_attack(0, 300, 305, 106);
	assert_int_equal(found[0].forged, 100);
	assert_int_equal(found[0].peak, 25);
	assert_int_equal((found[0].peak_hour - FIRST) / HOUR, 302);
	assert_false(found[0].goes_on);
}

static void
test_refused(void **state)
{
	(void)state;
	fill(10, 5, 20);
	for (size_t i = 0; i < MONTH; i++)
		hours[i].refused = i < 12 ? 3 : 1;
	assert_int_equal(find(MONTH), 1);
	assert_int_equal(found[0].refused, 2 * 3 + 3 * 1);
}

/* Office hours from Monday to Friday, nothing at night and at weekends. */
static void
fill_office(uint64_t peak)
{
	for (size_t i = 0; i < MONTH; i++)
		if (i / DAY % 7 < 5 && i % DAY >= 8 && i % DAY < 18)
			hours[i].unknown = i % DAY == 9 ? peak : peak / 2;
}

static void
test_office(void **state)
{
	(void)state;
	fill_office(100);
	assert_int_equal(find(MONTH), 0);
	assert_int_equal(usual, 100);
	/* twice as much is a busy day */
	hours[7 * DAY + 9].unknown = 200;
	assert_int_equal(find(MONTH), 0);
	/* an attack at night, which is large by the day, too */
	fill(8 * DAY + 2, 3, 400);
	assert_int_equal(find(MONTH), 1);
	assert_attack(0, 8 * DAY + 2, 8 * DAY + 5, 1200);
}

static void
test_rise_and_fall(void **state)
{
	static const uint64_t counts[] = {6, 30, 400, 250, 90, 40, 20, 8, 6, 4,
	    2};

	(void)state;
	for (size_t i = 0; i < MONTH; i += DAY)
		hours[i].unknown = 2;
	for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++)
		hours[200 + i].forged = counts[i];
	assert_int_equal(find(MONTH), 1);
	assert_attack(0, 200, 209, 850);
}

static void
test_pauses(void **state)
{
	(void)state;
	/* a rest of five hours is a pause, one of seven the end */
	fill(100, 2, 50);
	fill(107, 2, 50);
	fill(116, 2, 60);
	assert_int_equal(find(MONTH), 2);
	assert_attack(0, 100, 109, 200);
	assert_attack(1, 116, 118, 120);
}

static void
test_goes_on(void **state)
{
	(void)state;
	fill(MONTH - 4, 4, 50);
	assert_int_equal(find(MONTH), 1);
	assert_true(found[0].goes_on);
	/* this hour has just begun */
	hours[MONTH - 1].forged = 0;
	assert_int_equal(find(MONTH), 1);
	assert_true(found[0].goes_on);
	assert_attack(0, MONTH - 4, MONTH - 1, 150);
	hours[MONTH - 2].forged = 0;
	assert_int_equal(find(MONTH), 1);
	assert_false(found[0].goes_on);
}

static void
test_weeks(void **state)
{
	(void)state;
	/* what lasts for two weeks does not become usual */
	fill_office(40);
	fill(10 * DAY, 14 * DAY, 500);
	assert_int_equal(find(MONTH), 1);
	assert_int_equal((found[0].start - FIRST) / HOUR, 10 * DAY);
	assert_int_equal((found[0].end - FIRST) / HOUR, 24 * DAY);
	assert_int_equal(found[0].forged, 14 * DAY * 500);
}

static void
test_young_store(void **state)
{
	(void)state;
	/* half a day, and a third of it an attack */
	fill(6, 4, 80);
	hours[2].unknown = 3;
	assert_int_equal(find(12), 1);
	assert_attack(0, 6, 10, 320);
	/* two days, with an attack across midnight */
	clear(NULL);
	fill(20, 8, 80);
	assert_int_equal(find(2 * DAY), 1);
	assert_attack(0, 20, 28, 640);
	/* a busy host of a day, by day alone */
	clear(NULL);
	fill(0, DAY, 100);
	assert_int_equal(find(DAY), 0);
	fill(12, 2, 1000);
	assert_int_equal(find(DAY), 1);
	assert_attack(0, 12, 14, 2000);
}

static void
test_more_than_fit(void **state)
{
	(void)state;
	/* the smallest ones go, the others stay in order */
	for (size_t i = 0; i < BS_REPORT_ATTACKS + 2; i++)
		fill(10 + i * 60, 3, 100 + (i == 3 || i == 0 ? 0 : 10));
	assert_int_equal(find(MONTH), BS_REPORT_ATTACKS);
	for (size_t i = 0; i < BS_REPORT_ATTACKS; i++) {
		assert_int_equal(found[i].bounces, 330);
		if (i > 0)
			assert_true(found[i - 1].start < found[i].start);
	}
}

static void
test_huge_numbers(void **state)
{
	(void)state;
	fill(0, MONTH, UINT32_MAX);
	assert_int_equal(find(MONTH), 0);
	assert_true(usual == UINT32_MAX);
}

#define TEST(name) cmocka_unit_test_setup(name, clear)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_nothing),
	    TEST(test_tiny_numbers),
	    TEST(test_quiet_host),
	    TEST(test_refused),
	    TEST(test_office),
	    TEST(test_rise_and_fall),
	    TEST(test_pauses),
	    TEST(test_goes_on),
	    TEST(test_weeks),
	    TEST(test_young_store),
	    TEST(test_more_than_fit),
	    TEST(test_huge_numbers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
