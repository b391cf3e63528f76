/* When a stop may be no gap, by the marks in the store alone. */
#include "tests/unit/writing.h"

#define OPENSMTPD 1
#define EXIM 2

static uint8_t ticket[BS_TICKET_LEN];

/* Stops in good order; the ticket is kept. */
static void
stop_well(int64_t now)
{
	bs_writer_stop(writer, now);
	assert_true(bs_writer_has_stopped(writer, ticket));
	die();
}

/* Starts with a ticket. */
static void
start_with(const uint8_t *value, int64_t now)
{
	store = NULL;
	assert_int_equal(bs_store_open(folder, BS_STORE_HOLD, &store), 0);
	assert_non_null(writer = bs_writer_new(store_key));
	bs_writer_set_ticket(writer, value);
	assert_int_equal(bs_writer_attach(writer, store, boot, L, now), 0);
}

static bool
is_pause(void)
{
	return bs_writer_meta(writer)->pause.start != 0;
}

static size_t
gaps(void)
{
	return bs_writer_meta(writer)->gap_count;
}

static void
a_stop_of_minutes(void **state)
{
	const struct bs_meta *meta;

	(void)state;
	bs_writer_sends(writer, OPENSMTPD, T0);
	stop_well(T0 + 100);
	start_with(ticket, T0 + 100 + BS_PAUSE_SECONDS);
	meta = bs_writer_meta(writer);
	assert_true(is_pause());
	assert_int_equal(gaps(), 0);
	assert_false(bs_meta_is_complete(meta, T0 + 200, T0 + 300));
	assert_true(bs_meta_is_complete(meta, T0, T0 + 100));
	assert_int_equal(bs_writer_asks(writer, EXIM), 0);
	assert_int_not_equal(bs_writer_asks(writer, OPENSMTPD), 0);
	bs_writer_hello(writer, OPENSMTPD, bs_writer_asks(writer, OPENSMTPD),
	    T0, T0 + 2000);
	assert_true(bs_meta_is_complete(meta, T0 + 200, T0 + 300));
	assert_int_equal(bs_writer_asks(writer, OPENSMTPD), 0);
	/* it stays so */
	stop_well(T0 + 3000);
	start_with(ticket, T0 + 3010);
	assert_int_equal(gaps(), 0);
}

static void
a_longer_one(void **state)
{
	(void)state;
	bs_writer_sends(writer, OPENSMTPD, T0);
	stop_well(T0 + 100);
	start_with(ticket, T0 + 101 + BS_PAUSE_SECONDS);
	assert_false(is_pause());
	assert_int_equal(gaps(), 1);
}

static void
another_ticket(void **state)
{
	uint8_t other[BS_TICKET_LEN];

	(void)state;
	bs_writer_sends(writer, OPENSMTPD, T0);
	stop_well(T0 + 100);
	memcpy(other, ticket, sizeof(other));
	other[15] ^= 1;
	start_with(other, T0 + 110);
	assert_false(is_pause());
	assert_int_equal(gaps(), 1);
}

/* A ticket is good for one start. */
static void
the_same_again(void **state)
{
	(void)state;
	bs_writer_sends(writer, OPENSMTPD, T0);
	stop_well(T0 + 100);
	start_with(ticket, T0 + 110);
	assert_true(is_pause());
	die();
	start_with(ticket, T0 + 120);
	assert_false(is_pause());
	/* the pause that nobody ended, and the time since the last mark */
	assert_int_equal(gaps(), 1);
	assert_int_equal(bs_writer_meta(writer)->gaps[0].start, T0 + 100);
	assert_int_equal(bs_writer_meta(writer)->gaps[0].end, T0 + 120);
}

static void
a_clock_in_doubt(void **state)
{
	int64_t later = T0 + 30 * (int64_t)BS_DAY_SECONDS;

	(void)state;
	bs_writer_sends(writer, OPENSMTPD, T0);
	bs_writer_look(writer, later);
	stop_well(later);
	start_with(ticket, later + 10);
	assert_true(bs_writer_meta(writer)->clock.in_doubt);
	assert_false(is_pause());
	assert_int_equal(gaps(), 1);
}

/* An adapter that has not sent since mail is forgotten is not waited for. */
static void
who_is_awaited(void **state)
{
	int64_t later = T0;

	(void)state;
	bs_writer_sends(writer, EXIM, T0);
	for (unsigned i = 0; i <= bs_day_window(L); i++) {
		later += BS_DAY_SECONDS;
		bs_writer_look(writer, later);
	}
	bs_writer_sends(writer, OPENSMTPD, later);
	stop_well(later);
	start_with(ticket, later + 10);
	assert_true(is_pause());
	assert_int_equal(bs_writer_asks(writer, EXIM), 0);
	assert_int_not_equal(bs_writer_asks(writer, OPENSMTPD), 0);
}

/* An engine without a store for a while says nothing of before. */
static void
a_store_that_failed(void **state)
{
	(void)state;
	bs_writer_sends(writer, OPENSMTPD, T0);
	stop_well(T0 + 100);
	start_with(ticket, T0 + 110);
	bs_store_close(bs_writer_detach(writer));
	assert_int_equal(bs_writer_asks(writer, OPENSMTPD), 0);
	store = NULL;
	assert_int_equal(bs_store_open(folder, BS_STORE_HOLD, &store), 0);
	assert_int_equal(bs_writer_attach(writer, store, boot, L, T0 + 120), 0);
	assert_false(is_pause());
	assert_int_equal(gaps(), 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(a_stop_of_minutes),
	    TEST(a_longer_one),
	    TEST(another_ticket),
	    TEST(the_same_again),
	    TEST(a_clock_in_doubt),
	    TEST(who_is_awaited),
	    TEST(a_store_that_failed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
