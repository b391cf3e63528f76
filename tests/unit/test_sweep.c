/* What the day's clean-up takes away, and what it leaves. */
#include "common/store/sweep.h"
#include "tests/unit/writing.h"

/* A tag that was issued and recorded. */
static struct bs_tag_key
issue(void)
{
	struct bs_tag_key key = tag_key("alice@example.org", 20010);

	assert_int_equal(bs_writer_signed(writer, &key, T0), BS_WRITER_WAIT);
	assert_int_equal(bs_writer_flush(writer, T0), 0);
	return key;
}

static void
expires_old_tags(void **state)
{
	const struct bs_tag_key key = issue();
	struct bs_tag_record record;
	int64_t last = T0 + (int64_t)(L + 8) * BS_DAY_SECONDS;

	(void)state;
	bs_writer_tick(writer, L, last);
	sweep(last);
	assert_int_equal(find_tag(&key, &record), 0);
	bs_writer_tick(writer, L, last + BS_DAY_SECONDS);
	sweep(last + BS_DAY_SECONDS);
	assert_int_equal(find_tag(&key, &record), BS_STORE_ABSENT);
}

/* As long as a bounce may return them, and the skew. */
static void
expires_old_messages(void **state)
{
	int64_t last = T0 + (int64_t)(bs_day_window(L) + 1) * BS_DAY_SECONDS;

	(void)state;
	for (int i = 0; i < 9000; i++) {
		char id[32];

		snprintf(id, sizeof(id), "m%d@example.org", i);
		send_msg(id, T0);
	}
	bs_writer_tick(writer, L, T0 + 1);
	sweep(T0 + 1);
	bs_writer_tick(writer, L, last);
	send_msg("later@example.org", last);
	sweep(last);
	assert_int_equal(find_msg("m8999@example.org", 20000), 0);
	bs_writer_tick(writer, L, last + BS_DAY_SECONDS);
	sweep(last + BS_DAY_SECONDS);
	assert_int_equal(find_msg("m0@example.org", 20000), BS_STORE_ABSENT);
	assert_int_equal(find_msg("m8999@example.org", 20000), BS_STORE_ABSENT);
	assert_int_equal(find_msg("later@example.org", bs_day_of(last)), 0);
}

/* A clock that leapt is seen before anything is taken away by it; what else the
 * engine does is not asked first. */
static void
a_leapt_clock_expires_nothing(void **state)
{
	const struct bs_tag_key key = issue();
	struct bs_tag_record record;
	int64_t leapt = T0 + (int64_t)4000 * BS_DAY_SECONDS;

	(void)state;
	sweep(leapt);
	assert_true(bs_writer_meta(writer)->clock.in_doubt);
	bs_writer_tick(writer, L, leapt);
	assert_true(bs_writer_meta(writer)->clock.in_doubt);
	sweep(leapt);
	assert_int_equal(find_tag(&key, &record), 0);
	bs_writer_look(writer, T0);
	assert_false(bs_writer_meta(writer)->clock.in_doubt);
}

static int
find_tally(uint32_t day, uint8_t number, struct bs_tally_record *out)
{
	struct bs_entry entry = {.table = BS_TABLE_META};
	uint8_t domain[BS_RECORD_HASH] = {number};
	int rc;

	entry.key_len =
	    bs_tally_key_write(BS_TALLY_OF_DAY, day, domain, entry.key);
	if ((rc = bs_writer_get(writer, &entry)) != 0)
		return rc;
	return bs_tally_record_read(entry.key, entry.key_len, entry.value,
	    entry.value_len, out);
}

/* What lies beside them in meta stays. */
static void
expires_old_tallies(void **state)
{
	const struct bs_meta *meta = bs_writer_meta(writer);
	int64_t day = BS_DAY_SECONDS;
	struct bs_tally_record record;
	uint8_t domain[BS_RECORD_HASH] = {0};
	struct bs_clock clock;

	(void)state;
	for (int i = 0; i < 70; i++)
		for (uint8_t n = 0; n < 20; n++) {
			domain[0] = n;
			bs_writer_tally(writer, BS_TALLY_OF_DAY, domain,
			    BS_TALLY_FORGED, T0 + i * day);
			bs_writer_tally(writer, BS_TALLY_OF_DAY, domain,
			    BS_TALLY_FORGED, T0 + i * day);
		}
	assert_int_equal(find_tally(20000, 7, &record), 0);
	assert_int_equal(record.counts[BS_TALLY_FORGED], 2);
	/* the clock gets there in believable steps */
	for (int i = 1; i < 70; i++)
		bs_writer_tick(writer, L, T0 + i * day);
	clock = meta->clock;
	sweep(T0 + 69 * day);
	assert_int_equal(find_tally(20008, 7, &record), BS_STORE_ABSENT);
	assert_int_equal(find_tally(20009, 0, &record), 0);
	assert_int_equal(find_tally(20069, 19, &record), 0);
	assert_int_equal(record.counts[BS_TALLY_FORGED], 2);
	stop(T0 + 69 * day);
	start(T0 + 69 * day + 600);
	meta = bs_writer_meta(writer);
	assert_int_equal(meta->epoch, T0);
	assert_int_equal(meta->clock.trusted_day, clock.trusted_day);
	assert_true(meta->gap_count >= 1);
}

static void
a_doubtful_clock_expires_nothing(void **state)
{
	const struct bs_tag_key key = issue();
	struct bs_tag_record record;
	int64_t leap = T0 + (int64_t)100 * BS_DAY_SECONDS;

	(void)state;
	bs_writer_tick(writer, L, leap);
	assert_true(bs_writer_meta(writer)->clock.in_doubt);
	sweep(leap);
	assert_int_equal(find_tag(&key, &record), 0);
	/* two days agree */
	bs_writer_tick(writer, L, leap + BS_DAY_SECONDS);
	assert_false(bs_writer_meta(writer)->clock.in_doubt);
	sweep(leap + BS_DAY_SECONDS);
	assert_int_equal(find_tag(&key, &record), BS_STORE_ABSENT);
}

static void
expires_old_hours(void **state)
{
	const uint8_t domain[BS_RECORD_HASH] = {7};
	const uint32_t today = bs_day_of(T0);
	struct bs_change change = {.table = BS_TABLE_META};
	struct bs_entry entry = {.table = BS_TABLE_META};

	(void)state;
	for (uint32_t ago = 0; ago < 40; ago++) {
		change.key_len = bs_tally_key_write(BS_TALLY_OF_HOUR,
		    (today - ago) * 24, domain, change.key);
		assert_int_equal(bs_store_apply(store, &change, 1), 0);
	}
	sweep(T0);
	for (uint32_t ago = 0; ago < 40; ago++) {
		entry.key_len = bs_tally_key_write(BS_TALLY_OF_HOUR,
		    (today - ago) * 24, domain, entry.key);
		assert_int_equal(bs_store_get(store, &entry),
		    ago <= BS_HOUR_KEEP_DAYS ? 0 : BS_STORE_ABSENT);
	}
}

/* As long as a message told late may turn out to be one that was refused. */
static void
expires_old_refusals(void **state)
{
	const struct bs_refused_key key = {{1}, {2}};
	struct bs_entry entry = {.table = BS_TABLE_REFUSED};
	int64_t last = T0 + (int64_t)(bs_day_window(L) + 1) * BS_DAY_SECONDS;

	(void)state;
	entry.key_len = bs_refused_key_write(&key, entry.key);
	bs_writer_refused(writer, &key, T0);
	bs_writer_tick(writer, L, last);
	sweep(last);
	assert_int_equal(bs_store_get(store, &entry), 0);
	bs_writer_tick(writer, L, last + BS_DAY_SECONDS);
	sweep(last + BS_DAY_SECONDS);
	assert_int_equal(bs_store_get(store, &entry), BS_STORE_ABSENT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(expires_old_tags),
	    TEST(expires_old_messages),
	    TEST(expires_old_tallies),
	    TEST(expires_old_hours),
	    TEST(expires_old_refusals),
	    TEST(a_doubtful_clock_expires_nothing),
	    TEST(a_leapt_clock_expires_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
