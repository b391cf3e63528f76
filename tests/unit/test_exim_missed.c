/* exim/missed.c: since when the engine was not told, in a file. */
#include <sys/stat.h>

#include <limits.h>

#include "exim/missed.h"
#include "tests/unit/folder.h"

#define NOW 1800000000

static char spool[PATH_MAX];

static int
set_up(void **state)
{
	(void)state;
	folder_make(spool, sizeof(spool));
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	folder_remove(spool);
	return 0;
}

static void
nothing_was_missed_at_first(void **state)
{
	(void)state;
	assert_false(bs_missed_is_away(spool, NOW));
	assert_int_equal(bs_missed_take(spool, NOW), 0);
}

static void
is_logged_at_first_and_once_a_minute(void **state)
{
	(void)state;
	assert_true(bs_missed_note(spool, NOW));
	assert_false(bs_missed_note(spool, NOW));
	assert_false(bs_missed_note(spool, NOW + 59));
	assert_true(bs_missed_note(spool, NOW + 60));
	assert_false(bs_missed_note(spool, NOW + 61));
	assert_true(bs_missed_note(spool, NOW + 120));
	/* what was logged does not hide since when it is so */
	assert_int_equal(bs_missed_take(spool, NOW + 121), 122);
}

static void
is_logged_where_the_clock_was_set_back(void **state)
{
	(void)state;
	assert_true(bs_missed_note(spool, NOW));
	assert_true(bs_missed_note(spool, NOW - 3600));
	assert_false(bs_missed_note(spool, NOW - 3600));
}

static void
is_away_after_two_seconds(void **state)
{
	(void)state;
	(void)bs_missed_note(spool, NOW);
	assert_false(bs_missed_is_away(spool, NOW));
	assert_false(bs_missed_is_away(spool, NOW + 1));
	assert_true(bs_missed_is_away(spool, NOW + 2));
	assert_int_equal(bs_missed_take(spool, NOW + 2), 3);
	assert_false(bs_missed_is_away(spool, NOW + 3));
}

static void
is_taken_once(void **state)
{
	(void)state;
	(void)bs_missed_note(spool, NOW);
	assert_int_equal(bs_missed_take(spool, NOW), 1);
	assert_int_equal(bs_missed_take(spool, NOW), 0);
	(void)bs_missed_note(spool, NOW);
	assert_int_equal(bs_missed_take(spool, NOW - 3600), 1);
}

static void
is_put_back_where_it_was(void **state)
{
	(void)state;
	(void)bs_missed_note(spool, NOW);
	assert_int_equal(bs_missed_take(spool, NOW + 9), 10);
	/* another process has missed one meanwhile */
	(void)bs_missed_note(spool, NOW + 9);
	bs_missed_put_back(spool, 10, NOW + 10);
	assert_int_equal(bs_missed_take(spool, NOW + 10), 11);
}

/* A user of the machine cannot point it elsewhere, and where nothing can be
 * written, too much is logged. */
static void
a_link_is_not_followed(void **state)
{
	char link[PATH_MAX + 32];
	char target[PATH_MAX + 32];

	(void)state;
	snprintf(link, sizeof(link), "%s/backstop.missed", spool);
	snprintf(target, sizeof(target), "%s/target", spool);
	assert_int_equal(symlink(target, link), 0);
	(void)bs_missed_note(spool, NOW);
	assert_int_equal(access(target, F_OK), -1);
	assert_true(bs_missed_note("/nonexistent", NOW));
	assert_true(bs_missed_note("/nonexistent", NOW));
	bs_missed_put_back("/nonexistent", 1, NOW);
	assert_int_equal(bs_missed_take("/nonexistent", NOW), 0);
}

static void
a_path_that_does_not_fit_is_logged(void **state)
{
	static char path[PATH_MAX + 1];

	(void)state;
	memset(path, 'x', PATH_MAX - 1);
	assert_true(bs_missed_note(path, NOW));
	assert_false(bs_missed_is_away(path, NOW));
	assert_int_equal(bs_missed_take(path, NOW), 0);
	bs_missed_put_back(path, 1, NOW);
}

#define TEST(function)                                                         \
	cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(nothing_was_missed_at_first),
	    TEST(is_logged_at_first_and_once_a_minute),
	    TEST(is_logged_where_the_clock_was_set_back),
	    TEST(is_away_after_two_seconds),
	    TEST(is_taken_once),
	    TEST(is_put_back_where_it_was),
	    TEST(a_link_is_not_followed),
	    TEST(a_path_that_does_not_fit_is_logged),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
