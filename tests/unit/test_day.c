/* Days modulo 1000, across the roll of 2027-07-01, and the doubtful clock. */
#include "common/keys/day.h"
#include "tests/unit/unit.h"

#define L 10
#define LEAP BS_CLOCK_LEAP_DAYS(L)
#define ROLL 21000 /* 2027-07-01: the digits begin again at 000 */

static void
finds_the_day(void **state)
{
	static const struct {
		int64_t seconds;
		uint32_t day;
	} cases[] = {
	    {INT64_MIN, 0}, {-1, 0}, {0, 0}, {86399, 0}, {86400, 1},
	    {1767225600, 20454}, /* 2026-01-01T00:00:00Z */
	    {1814399999, 20999}, /* 2027-06-30T23:59:59Z */
	    {1814400000, ROLL},	 /* 2027-07-01T00:00:00Z */
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		assert_int_equal(bs_day_of(cases[i].seconds), cases[i].day);
}

/* What the digits must say, in whole days that do not roll over at 1000. */
static enum bs_day_state
state_of(int64_t expiry, int64_t today, unsigned lifetime)
{
	if (expiry >= today && expiry - today <= lifetime + BS_SKEW_DAYS)
		return BS_DAY_CURRENT;
	if (expiry < today && today - expiry <= BS_GRACE_DAYS)
		return BS_DAY_GRACE;
	return BS_DAY_STALE;
}

/* Every expiry that the digits can mean around a day, at every day around the
 * roll: 500 days either way leave nothing to confuse. */
static void
ages_across_the_roll(void **state)
{
	static const unsigned lifetimes[] = {2, 7, L, 60};

	(void)state;
	for (size_t i = 0; i < COUNT(lifetimes); i++)
		for (uint32_t today = ROLL - 80; today <= ROLL + 80; today++)
			for (uint32_t expiry = today - 500;
			     expiry < today + 500; expiry++)
				assert_int_equal(bs_day_state(expiry % 1000,
						     today, lifetimes[i]),
				    state_of(expiry, today, lifetimes[i]));
}

static void
knows_the_edges(void **state)
{
	static const struct {
		unsigned digits;
		uint32_t today;
		enum bs_day_state state;
	} cases[] = {
	    {10, ROLL, BS_DAY_CURRENT}, /* signed today */
	    {11, ROLL, BS_DAY_CURRENT}, /* by a clock one day ahead */
	    {12, ROLL, BS_DAY_STALE},	/* nobody signs that far ahead */
	    {0, ROLL, BS_DAY_CURRENT},	/* its last day */
	    {999, ROLL, BS_DAY_GRACE}, {993, ROLL, BS_DAY_GRACE},
	    {992, ROLL, BS_DAY_STALE},
	    {9, ROLL - 1, BS_DAY_CURRENT}, /* signed before the roll */
	    {10, ROLL - 1, BS_DAY_CURRENT}, {11, ROLL - 1, BS_DAY_STALE},
	    {500, ROLL, BS_DAY_STALE}, /* Exim takes half of all digits */
	    {999, 5, BS_DAY_GRACE},    /* a clock of 1970 */
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		assert_int_equal(
		    bs_day_state(cases[i].digits, cases[i].today, L),
		    cases[i].state);
}

static void
expands(void **state)
{
	static const struct {
		unsigned digits;
		uint32_t today;
		uint32_t day;
	} cases[] = {
	    {10, ROLL, ROLL + 10}, {11, ROLL, ROLL + 11},
	    {12, ROLL, ROLL - 988}, {0, ROLL, ROLL}, {999, ROLL, ROLL - 1},
	    {0, ROLL - 1, ROLL}, {10, ROLL - 1, ROLL + 10},
	    {11, ROLL - 1, ROLL - 989},
	    {500, 100, 500}, /* there is no such day behind */
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		assert_int_equal(
		    bs_day_expand(cases[i].digits, cases[i].today, L),
		    cases[i].day);
	/* what was signed a window ago is found again */
	for (uint32_t today = ROLL - 80; today <= ROLL + 80; today++)
		for (uint32_t expiry = today - bs_day_window(L);
		     expiry <= today + L + BS_SKEW_DAYS; expiry++)
			assert_int_equal(bs_day_expand(expiry % 1000, today, L),
			    expiry);
}

static void
spans_the_window(void **state)
{
	(void)state;
	assert_int_equal(bs_day_window(L), 18);
	assert_int_equal(bs_day_window(2), 10);
}

/* A look at the clock and what must be remembered then. */
struct look {
	uint32_t today;
	bool changed;
	uint32_t trusted;
	bool in_doubt;
	bool leapt; /* while it ran */
};

static void
look_on(const struct look *looks, size_t count)
{
	struct bs_clock clock = {0};

	for (size_t i = 0; i < count; i++) {
		assert_int_equal(
		    bs_clock_look(&clock, looks[i].today, LEAP, looks[i].leapt),
		    looks[i].changed);
		assert_int_equal(clock.trusted_day, looks[i].trusted);
		assert_int_equal(clock.in_doubt, looks[i].in_doubt);
	}
}

static void
believes_a_steady_clock(void **state)
{
	static const struct look looks[] = {
	    {20000, true, 20000, false, false},
	    {20000, false, 20000, false, false},
	    {20001, true, 20001, false, false},
	    {20000, false, 20001, false,
		false}, /* a step within the skew is no reason for doubt */
	    {20001, false, 20001, false, false},
	    {20001 + LEAP, true, 20001 + LEAP, false,
		false}, /* was switched off */
	};

	(void)state;
	look_on(looks, COUNT(looks));
}

static void
doubts_a_clock_that_went_back(void **state)
{
	static const struct look looks[] = {
	    {20000, true, 20000, false, false},
	    {19998, true, 20000, true, false},
	    {19998, false, 20000, true,
		false}, /* the same day proves nothing */
	    {20000, true, 20000, false, false}, /* set right again */
	    {0, true, 20000, true, false},	/* no battery: 1970 */
	    {20000, true, 20000, false, false},
	};

	(void)state;
	look_on(looks, COUNT(looks));
}

static void
doubts_a_leap(void **state)
{
	static const uint32_t far = 20001 + LEAP;
	const struct look looks[] = {
	    {20000, true, 20000, false, false},
	    {far, true, 20000, true, false},
	    {far, false, 20000, true, false},
	    {far + 2, true, 20000, true, false}, /* a second leap */
	    {far + 1, true, 20000, true, false}, /* back: these do not agree */
	    {far + 2, true, far + 2, false, false},
	    {far + 3, true, far + 3, false, false},
	};

	(void)state;
	look_on(looks, COUNT(looks));
}

/* A tag that was signed yesterday is stale after a leap of 18 days; after one
 * of 17 days it is in grace. */
static void
doubts_a_leap_that_makes_tags_stale(void **state)
{
	uint32_t expiry = 20000 + L;

	(void)state;
	assert_int_equal(bs_day_state(expiry % 1000, 20000 + LEAP, L),
	    BS_DAY_GRACE);
	assert_int_equal(bs_day_state(expiry % 1000, 20000 + LEAP + 1, L),
	    BS_DAY_STALE);
}

/* However near the new date is. */
static void
doubts_a_leap_that_was_seen(void **state)
{
	static const struct look looks[] = {
	    {20000, true, 20000, false, false},
	    {20005, true, 20000, true, true},
	    {20005, false, 20000, true, true},
	    {20000, true, 20000, false, false}, /* it came back */
	    {20005, true, 20000, true, true},
	    {20006, true, 20006, false, true}, /* two days agree */
	    {20006, false, 20006, false, false},
	};

	(void)state;
	look_on(looks, COUNT(looks));
}

static void
two_days_agree_on_an_earlier_date(void **state)
{
	static const struct look looks[] = {
	    {30000, true, 30000, false,
		false}, /* the clock was wrong from the start */
	    {20000, true, 30000, true, false},
	    {20001, true, 20001, false, false},
	    {20002, true, 20002, false, false},
	};

	(void)state;
	look_on(looks, COUNT(looks));
}

static void
believes_the_administrator(void **state)
{
	struct bs_clock clock = {0};

	(void)state;
	assert_true(bs_clock_look(&clock, 30000, LEAP, false));
	assert_true(bs_clock_look(&clock, 20000, LEAP, false));
	bs_clock_confirm(&clock, 20000);
	assert_false(clock.in_doubt);
	assert_int_equal(clock.trusted_day, 20000);
	assert_false(bs_clock_look(&clock, 20000, LEAP, false));
	assert_true(bs_clock_look(&clock, 20001, LEAP, false));
	assert_false(clock.in_doubt);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(finds_the_day),
	    cmocka_unit_test(ages_across_the_roll),
	    cmocka_unit_test(knows_the_edges),
	    cmocka_unit_test(expands),
	    cmocka_unit_test(spans_the_window),
	    cmocka_unit_test(believes_a_steady_clock),
	    cmocka_unit_test(doubts_a_clock_that_went_back),
	    cmocka_unit_test(doubts_a_leap),
	    cmocka_unit_test(doubts_a_leap_that_makes_tags_stale),
	    cmocka_unit_test(doubts_a_leap_that_was_seen),
	    cmocka_unit_test(two_days_agree_on_an_earlier_date),
	    cmocka_unit_test(believes_the_administrator),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
