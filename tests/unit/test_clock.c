/* A clock that leaps while the engine runs. */
#include "common/base/backstop.h"
#include "common/engine/clock.h"
#include "tests/unit/unit.h"

#define DATE INT64_C(1790000000)
#define BOOT INT64_C(5000)
#define DAY BS_DAY_SECONDS

static void
believes_what_goes_by(void **state)
{
	struct bs_clock_watch watch = {0};

	(void)state;
	assert_false(bs_clock_watch(&watch, DATE, BOOT, false));
	/* asleep for three weeks: the kernel counted them */
	assert_false(
	    bs_clock_watch(&watch, DATE + 21 * DAY, BOOT + 21 * DAY, false));
	/* steps by NTP, either way */
	assert_false(bs_clock_watch(&watch, DATE + 21 * DAY + 3600,
	    BOOT + 21 * DAY + 1, false));
	assert_false(bs_clock_watch(&watch, DATE + 21 * DAY - 3600,
	    BOOT + 21 * DAY + 2, false));
}

static void
sees_leaps(void **state)
{
	static const int64_t leaps[] = {-400 * DAY, -2 * DAY, -DAY - 10,
	    DAY + 10, 5 * DAY, 25 * DAY, 4000 * DAY};

	(void)state;
	for (size_t i = 0; i < COUNT(leaps); i++) {
		struct bs_clock_watch watch = {0};

		assert_false(bs_clock_watch(&watch, DATE, BOOT, false));
		assert_true(
		    bs_clock_watch(&watch, DATE + leaps[i], BOOT + 1, false));
		/* it stays so while the clock is in doubt ... */
		assert_true(bs_clock_watch(&watch, DATE + leaps[i] + 100,
		    BOOT + 101, true));
		/* ... until it comes back */
		assert_false(
		    bs_clock_watch(&watch, DATE + 200, BOOT + 201, true));
		assert_false(
		    bs_clock_watch(&watch, DATE + 201, BOOT + 202, false));
	}
}

/* The administrator confirmed the new date, or two days agreed. */
static void
believes_what_is_believed(void **state)
{
	struct bs_clock_watch watch = {0};

	(void)state;
	assert_false(bs_clock_watch(&watch, DATE, BOOT, false));
	assert_true(bs_clock_watch(&watch, DATE + 20 * DAY, BOOT + 1, false));
	assert_true(bs_clock_watch(&watch, DATE + 20 * DAY, BOOT + 1, true));
	assert_false(
	    bs_clock_watch(&watch, DATE + 20 * DAY + 1, BOOT + 2, false));
	assert_false(
	    bs_clock_watch(&watch, DATE + 20 * DAY + 2, BOOT + 3, false));
	/* going back is a leap now */
	assert_true(bs_clock_watch(&watch, DATE, BOOT + 4, false));
}

static void
knows_no_leap_without_the_kernel(void **state)
{
	struct bs_clock_watch watch = {0};

	(void)state;
	assert_false(bs_clock_watch(&watch, DATE, 0, false));
	assert_false(bs_clock_watch(&watch, DATE + 20 * DAY, 0, false));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(believes_what_goes_by),
	    cmocka_unit_test(sees_leaps),
	    cmocka_unit_test(believes_what_is_believed),
	    cmocka_unit_test(knows_no_leap_without_the_kernel),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
