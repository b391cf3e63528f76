/* exim/outage_files.c: since when the engine does not answer, in files. */
#include <sys/stat.h>

#include <limits.h>

#include "exim/outage_files.h"
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

/* For how many seconds something was missed; it is forgotten then. */
static unsigned
take(time_t now)
{
	struct bs_outage_missed missed;

	if (!bs_outage_files_look(spool, now, &missed))
		return 0;
	bs_outage_files_told(spool, &missed);
	return missed.seconds;
}

static void
nothing_was_missed_at_first(void **state)
{
	(void)state;
	assert_int_equal(bs_outage_files_engine(spool, NOW),
	    BS_OUTAGE_FILES_ANSWERS);
	assert_int_equal(take(NOW), 0);
}

/* It says for how long there have been such files at all. */
static void
is_known_since(void **state)
{
	(void)state;
	assert_int_equal(bs_outage_files_since(spool, NOW), NOW);
	assert_int_equal(bs_outage_files_since(spool, NOW + 500), NOW);
	/* a clock that was set back */
	assert_int_equal(bs_outage_files_since(spool, NOW - 5), NOW - 5);
	assert_int_equal(bs_outage_files_since("/nowhere", NOW), NOW);
}

static void
is_logged_at_first_and_once_a_minute(void **state)
{
	(void)state;
	assert_true(bs_outage_files_note(spool, true, NOW));
	assert_false(bs_outage_files_note(spool, true, NOW));
	assert_false(bs_outage_files_note(spool, true, NOW + 59));
	assert_true(bs_outage_files_note(spool, true, NOW + 60));
	assert_false(bs_outage_files_note(spool, true, NOW + 61));
	assert_true(bs_outage_files_note(spool, true, NOW + 120));
	/* what was logged does not hide since when it is so */
	assert_int_equal(take(NOW + 121), 122);
}

/* An engine that comes and goes is logged no more often. */
static void
is_logged_once_a_minute_where_the_engine_flaps(void **state)
{
	(void)state;
	assert_true(bs_outage_files_note(spool, true, NOW));
	for (unsigned n = 1; n < 60; n++) {
		bs_outage_files_answered(spool);
		assert_int_not_equal(take(NOW + n), 0);
		assert_false(bs_outage_files_note(spool, n % 2 == 0, NOW + n));
		if (n % 2 != 0)
			(void)bs_outage_files_note(spool, true, NOW + n);
	}
	assert_true(bs_outage_files_note(spool, true, NOW + 60));
}

static void
warns_once_a_minute(void **state)
{
	(void)state;
	(void)bs_outage_files_note(spool, true, NOW);
	assert_true(bs_outage_files_warns(spool, NOW));
	assert_false(bs_outage_files_warns(spool, NOW + 59));
	assert_true(bs_outage_files_warns(spool, NOW + 60));
}

static void
is_logged_where_the_clock_was_set_back(void **state)
{
	(void)state;
	assert_true(bs_outage_files_note(spool, true, NOW));
	assert_true(bs_outage_files_note(spool, true, NOW - 3600));
	assert_false(bs_outage_files_note(spool, true, NOW - 3600));
}

/* A bounce that was not judged, say. */
static void
mail_that_stays_is_logged_but_not_missed(void **state)
{
	(void)state;
	assert_true(bs_outage_files_note(spool, false, NOW));
	assert_false(bs_outage_files_note(spool, false, NOW + 9));
	assert_int_equal(bs_outage_files_engine(spool, NOW + 3),
	    BS_OUTAGE_FILES_AWAY);
	assert_int_equal(take(NOW + 9), 0);
}

static void
is_away_after_two_seconds(void **state)
{
	(void)state;
	(void)bs_outage_files_note(spool, true, NOW);
	assert_int_equal(bs_outage_files_engine(spool, NOW),
	    BS_OUTAGE_FILES_ANSWERS);
	assert_int_equal(bs_outage_files_engine(spool, NOW + 1),
	    BS_OUTAGE_FILES_ANSWERS);
	assert_int_equal(bs_outage_files_engine(spool, NOW + 2),
	    BS_OUTAGE_FILES_AWAY);
	/* one that is told is one that answers */
	bs_outage_files_answered(spool);
	assert_int_equal(bs_outage_files_engine(spool, NOW + 3),
	    BS_OUTAGE_FILES_ANSWERS);
	(void)bs_outage_files_note(spool, true, NOW + 4);
	assert_int_equal(bs_outage_files_engine(spool, NOW + 4),
	    BS_OUTAGE_FILES_ANSWERS);
	assert_int_equal(bs_outage_files_engine(spool, NOW + 6),
	    BS_OUTAGE_FILES_AWAY);
}

/* It may be there by now, or answer late. */
static void
one_that_is_away_is_tried_every_few_seconds(void **state)
{
	(void)state;
	(void)bs_outage_files_note(spool, true, NOW);
	assert_int_equal(bs_outage_files_engine(spool, NOW + 4),
	    BS_OUTAGE_FILES_AWAY);
	assert_int_equal(bs_outage_files_engine(spool, NOW + 5),
	    BS_OUTAGE_FILES_TRY);
	assert_int_equal(bs_outage_files_engine(spool, NOW + 5),
	    BS_OUTAGE_FILES_AWAY);
	(void)bs_outage_files_note(spool, true, NOW + 6);
	assert_int_equal(bs_outage_files_engine(spool, NOW + 9),
	    BS_OUTAGE_FILES_AWAY);
	assert_int_equal(bs_outage_files_engine(spool, NOW + 10),
	    BS_OUTAGE_FILES_TRY);
	assert_int_equal(bs_outage_files_engine(spool, NOW + 100),
	    BS_OUTAGE_FILES_TRY);
	assert_int_equal(bs_outage_files_engine(spool, NOW + 101),
	    BS_OUTAGE_FILES_AWAY);
	/* the clock was set back */
	assert_int_equal(bs_outage_files_engine(spool, NOW - 3600),
	    BS_OUTAGE_FILES_ANSWERS);
}

static void
is_reported_once(void **state)
{
	(void)state;
	(void)bs_outage_files_note(spool, true, NOW);
	assert_int_equal(take(NOW), 1);
	assert_int_equal(take(NOW), 0);
	(void)bs_outage_files_note(spool, true, NOW);
	assert_int_equal(take(NOW - 3600), 1);
}

/* Another process has missed something while this one told. */
static void
mail_missed_meanwhile_is_reported_again(void **state)
{
	const struct timespec tick = {.tv_nsec = 20000000};
	struct bs_outage_missed missed;

	(void)state;
	(void)bs_outage_files_note(spool, true, NOW);
	assert_true(bs_outage_files_look(spool, NOW + 9, &missed));
	assert_int_equal(missed.seconds, 10);
	nanosleep(&tick, NULL); /* of the file system's clock */
	(void)bs_outage_files_note(spool, true, NOW + 9);
	bs_outage_files_told(spool, &missed);
	assert_int_equal(take(NOW + 10), 11);
}

/* A user of the machine cannot point it elsewhere, and where nothing can be
 * written, too much is logged. */
static void
a_link_is_not_followed(void **state)
{
	static const char *const names[] = {"missed", "away", "logged"};
	struct bs_outage_missed missed;
	char link[PATH_MAX + 32];
	char target[PATH_MAX + 32];

	(void)state;
	snprintf(target, sizeof(target), "%s/target", spool);
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		snprintf(link, sizeof(link), "%s/backstop.%s", spool, names[i]);
		assert_int_equal(symlink(target, link), 0);
	}
	(void)bs_outage_files_note(spool, true, NOW);
	bs_outage_files_answered(spool);
	assert_int_equal(access(target, F_OK), -1);
	assert_true(bs_outage_files_note("/nonexistent", true, NOW));
	assert_true(bs_outage_files_note("/nonexistent", true, NOW));
	assert_false(bs_outage_files_look("/nonexistent", NOW, &missed));
}

static void
a_path_that_does_not_fit_is_logged(void **state)
{
	static char path[PATH_MAX + 1];
	struct bs_outage_missed missed;

	(void)state;
	memset(path, 'x', PATH_MAX - 1);
	assert_true(bs_outage_files_note(path, true, NOW));
	bs_outage_files_answered(path);
	assert_int_equal(bs_outage_files_engine(path, NOW),
	    BS_OUTAGE_FILES_ANSWERS);
	assert_false(bs_outage_files_look(path, NOW, &missed));
}

#define TEST(function)                                                         \
	cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(nothing_was_missed_at_first),
	    TEST(is_known_since),
	    TEST(is_logged_at_first_and_once_a_minute),
	    TEST(is_logged_once_a_minute_where_the_engine_flaps),
	    TEST(warns_once_a_minute),
	    TEST(is_logged_where_the_clock_was_set_back),
	    TEST(mail_that_stays_is_logged_but_not_missed),
	    TEST(is_away_after_two_seconds),
	    TEST(one_that_is_away_is_tried_every_few_seconds),
	    TEST(is_reported_once),
	    TEST(mail_missed_meanwhile_is_reported_again),
	    TEST(a_link_is_not_followed),
	    TEST(a_path_that_does_not_fit_is_logged),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
