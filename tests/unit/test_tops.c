/* The top tables in the store: when they are written, what a kill loses, what
 * the clean-up takes away, and what damage costs. */
#include "common/store/sweep.h"
#include "common/store/tops.h"
#include "tests/unit/writing.h"

#define MINUTE 60
#define DAY ((int64_t)BS_DAY_SECONDS)

static struct bs_top_entry found[BS_TOP_SLOTS];
static size_t found_count;
static int64_t floor_of_day;

static void
count(enum bs_top_kind kind, const char *text, int times)
{
	for (int i = 0; i < times; i++)
		bs_writer_top(writer, kind, text, strlen(text));
}

/* The engine's seconds, up to this one. */
static void
tick(int64_t from, int64_t to)
{
	for (int64_t now = from; now <= to; now++)
		bs_writer_tick(writer, L, now);
}

static void
read_day(uint32_t day, enum bs_top_kind kind)
{
	assert_int_equal(
	    bs_tops_read(store, day, kind, found, &found_count, &floor_of_day),
	    0);
}

/* How often a text was counted on a day, as the store has it. */
static int64_t
stored(uint32_t day, enum bs_top_kind kind, const char *text)
{
	read_day(day, kind);
	for (size_t i = 0; i < found_count; i++)
		if (found[i].len == strlen(text) &&
		    memcmp(found[i].text, text, found[i].len) == 0)
			return found[i].count;
	return 0;
}

static void
is_written_within_a_minute(void **state)
{
	(void)state;
	tick(T0, T0);
	count(BS_TOP_MTA, "mx.example.net", 3);
	count(BS_TOP_SPF, "mx.example.net", 1);
	tick(T0 + 1, T0 + MINUTE);
	assert_int_equal(stored(20000, BS_TOP_MTA, "mx.example.net"), 3);
	assert_int_equal(stored(20000, BS_TOP_SPF, "mx.example.net"), 1);
	assert_int_equal(stored(20000, BS_TOP_NETWORK, "mx.example.net"), 0);
	assert_int_equal(found_count, 0);
}

/* All slots of all tables change in each minute. */
static void
is_written_within_a_minute_in_an_attack(void **state)
{
	char text[64];

	(void)state;
	tick(T0, T0 + 1);
	for (int minute = 1; minute < 4; minute++) {
		for (int i = 0; i < 4 * BS_TOP_SLOTS; i++) {
			snprintf(text, sizeof(text), "mx%d.example.net",
			    i % BS_TOP_SLOTS);
			count((enum bs_top_kind)(i / BS_TOP_SLOTS), text, 1);
		}
		tick(T0 + (minute - 1) * MINUTE + 2, T0 + minute * MINUTE + 1);
		for (int kind = 0; kind < BS_TOP_KINDS; kind++)
			assert_int_equal(stored(20000, (enum bs_top_kind)kind,
					     "mx511.example.net"),
			    minute);
	}
}

/* As kill -9 does. What came in the last minute is lost, and nothing else. */
static void
a_kill_loses_a_minute(void **state)
{
	(void)state;
	tick(T0, T0);
	count(BS_TOP_NETWORK, "192.0.2.0/24", 5);
	tick(T0 + 1, T0 + MINUTE);
	count(BS_TOP_NETWORK, "192.0.2.0/24", 2);
	die();
	start(T0 + 2 * MINUTE);
	/* what comes before the first second is not lost either */
	count(BS_TOP_NETWORK, "192.0.2.0/24", 10);
	count(BS_TOP_NETWORK, "198.51.100.0/24", 1);
	tick(T0 + 2 * MINUTE, T0 + 3 * MINUTE);
	assert_int_equal(stored(20000, BS_TOP_NETWORK, "192.0.2.0/24"), 15);
	assert_int_equal(stored(20000, BS_TOP_NETWORK, "198.51.100.0/24"), 1);
	assert_int_equal(found_count, 2);
}

static void
a_clean_stop_loses_nothing(void **state)
{
	(void)state;
	tick(T0, T0 + 1);
	count(BS_TOP_NETWORK, "192.0.2.0/24", 5);
	stop(T0 + 2);
	start(T0 + 3);
	assert_int_equal(stored(20000, BS_TOP_NETWORK, "192.0.2.0/24"), 5);
	/* nor what came before its first second */
	count(BS_TOP_NETWORK, "192.0.2.0/24", 2);
	stop(T0 + 3);
	start(T0 + 4);
	assert_int_equal(stored(20000, BS_TOP_NETWORK, "192.0.2.0/24"), 7);
}

/* A store that is opened anew, and one that begins anew. */
static void
another_store_counts_nothing_twice(void **state)
{
	(void)state;
	tick(T0, T0 + 1);
	count(BS_TOP_NETWORK, "192.0.2.0/24", 5);
	tick(T0 + 2, T0 + MINUTE);
	count(BS_TOP_NETWORK, "192.0.2.0/24", 1);
	for (int i = 0; i < 2; i++) {
		bs_store_close(bs_writer_detach(writer));
		if (i == 1) {
			folder_remove(folder);
			folder_make(folder, sizeof(folder));
		}
		assert_int_equal(bs_store_open(folder, BS_STORE_HOLD, &store),
		    0);
		assert_int_equal(bs_writer_attach(writer, store, boot, L,
				     T0 + (i + 1) * MINUTE),
		    0);
		tick(T0 + (i + 1) * MINUTE, T0 + (i + 2) * MINUTE);
		assert_int_equal(stored(20000, BS_TOP_NETWORK, "192.0.2.0/24"),
		    6);
	}
}

static void
a_day_has_its_own(void **state)
{
	const int64_t midnight = 20001 * DAY;

	(void)state;
	tick(midnight - 5, midnight - 1);
	count(BS_TOP_NETWORK, "192.0.2.0/24", 5);
	tick(midnight, midnight);
	count(BS_TOP_NETWORK, "192.0.2.0/24", 7);
	tick(midnight + 1, midnight + MINUTE);
	assert_int_equal(stored(20000, BS_TOP_NETWORK, "192.0.2.0/24"), 5);
	assert_int_equal(stored(20001, BS_TOP_NETWORK, "192.0.2.0/24"), 7);
}

/* Names of all lengths come back octet by octet, also where a long one makes
 * room for a short one. */
static void
keeps_long_names(void **state)
{
	char text[BS_TOP_TEXT_MAX + 1];

	(void)state;
	tick(T0, T0);
	for (size_t len = 1; len <= BS_TOP_TEXT_MAX; len++) {
		memset(text, 'a' + (int)(len % 26), len);
		text[len] = '\0';
		count(BS_TOP_SPF, text, (int)len);
	}
	tick(T0 + 1, T0 + MINUTE);
	for (size_t len = 1; len <= BS_TOP_TEXT_MAX; len++) {
		memset(text, 'a' + (int)(len % 26), len);
		text[len] = '\0';
		assert_int_equal(stored(20000, BS_TOP_SPF, text), len);
	}
	for (int i = 0; i < 2 * BS_TOP_SLOTS; i++) {
		snprintf(text, sizeof(text), "mx%d.example.net", i);
		count(BS_TOP_SPF, text, 300);
	}
	tick(T0 + MINUTE + 1, T0 + 2 * MINUTE);
	read_day(20000, BS_TOP_SPF);
	assert_int_equal(found_count, BS_TOP_SLOTS);
	for (size_t i = 0; i < found_count; i++)
		assert_int_equal(memcmp(found[i].text, "mx", 2), 0);
	assert_true(floor_of_day >= 300);
}

/* Whoever makes up a new long name each time fills 512 slots of a day, and no
 * more. */
static void
is_bounded(void **state)
{
	struct bs_store_stat stat;
	char text[BS_TOP_TEXT_MAX + 1];

	(void)state;
	memset(text, 'a', BS_TOP_TEXT_MAX);
	text[BS_TOP_TEXT_MAX] = '\0';
	for (int minute = 0; minute < 30; minute++) {
		for (int i = 0; i < 2000; i++) {
			snprintf(text, 20, "%019d", 2000 * minute + i);
			text[19] = 'a';
			for (int kind = 0; kind < BS_TOP_KINDS; kind++)
				count((enum bs_top_kind)kind, text, 1);
		}
		tick(T0 + minute * MINUTE, T0 + minute * MINUTE + 59);
	}
	assert_int_equal(bs_store_stat(store, &stat), 0);
	assert_int_equal(stat.entries[BS_TABLE_TOP],
	    BS_TOP_KINDS * BS_TOP_SLOTS * BS_TOP_PARTS);
}

static void
goes_after_31_days(void **state)
{
	(void)state;
	for (int ago = 40; ago >= 0; ago--) {
		int64_t now = T0 - ago * DAY;

		count(BS_TOP_NETWORK, "192.0.2.0/24", 1);
		stop(now);
		start(now + 1);
		tick(now + 1, now + 1);
		count(BS_TOP_NETWORK, "192.0.2.0/24", 1);
		tick(now + 2, now + MINUTE);
	}
	sweep(T0 + MINUTE);
	for (uint32_t ago = 0; ago <= 40; ago++) {
		int64_t times =
		    stored(20000 - ago, BS_TOP_NETWORK, "192.0.2.0/24");

		assert_int_equal(times > 0, ago <= BS_TOP_KEEP_DAYS);
	}
}

static size_t
entries_of(enum bs_table table)
{
	struct bs_store_stat stat;

	assert_int_equal(bs_store_stat(store, &stat), 0);
	return stat.entries[table];
}

static bool
has_tally(enum bs_tally_kind kind)
{
	const uint8_t domain[BS_RECORD_HASH] = {7};
	struct bs_entry entry = {.table = BS_TABLE_META};

	entry.key_len = bs_tally_key_write(kind,
	    kind == BS_TALLY_OF_HOUR ? (uint32_t)(T0 / 3600) : 20000, domain,
	    entry.key);
	return bs_writer_get(writer, &entry) == 0;
}

/* What is not to be kept goes, today's too, and does not come back. */
static void
the_setting_takes_it_away(void **state)
{
	const uint8_t domain[BS_RECORD_HASH] = {7};

	(void)state;
	tick(T0, T0);
	for (int kind = 0; kind < BS_TALLY_KINDS; kind++)
		bs_writer_tally(writer, (enum bs_tally_kind)kind, domain, 3,
		    T0);
	count(BS_TOP_NETWORK, "192.0.2.0/24", 1);
	tick(T0 + 1, T0 + MINUTE);
	sweep(T0 + MINUTE);
	assert_int_equal(entries_of(BS_TABLE_TOP), 1);

	bs_writer_keep(writer, BS_KEEP_COUNTS);
	count(BS_TOP_NETWORK, "192.0.2.0/24", 1);
	sweep(T0 + MINUTE + 1);
	assert_int_equal(entries_of(BS_TABLE_TOP), 0);
	for (int kind = 0; kind < BS_TALLY_KINDS; kind++)
		assert_true(has_tally((enum bs_tally_kind)kind));

	bs_writer_keep(writer, BS_KEEP_OFF);
	for (int kind = 0; kind < BS_TALLY_KINDS; kind++)
		bs_writer_tally(writer, (enum bs_tally_kind)kind, domain, 3,
		    T0);
	tick(T0 + MINUTE + 2, T0 + 2 * MINUTE);
	sweep(T0 + 2 * MINUTE);
	for (int kind = 0; kind < BS_TALLY_KINDS; kind++)
		assert_int_equal(has_tally((enum bs_tally_kind)kind),
		    kind == BS_TALLY_OF_DAY);

	bs_writer_keep(writer, BS_KEEP_HOSTS);
	count(BS_TOP_NETWORK, "198.51.100.0/24", 1);
	tick(T0 + 2 * MINUTE + 1, T0 + 4 * MINUTE);
	assert_int_equal(stored(20000, BS_TOP_NETWORK, "198.51.100.0/24"), 1);
	assert_int_equal(found_count, 1);
}

static void
damage(uint16_t slot)
{
	const struct bs_top_key key = {.day = 20000,
	    .kind = BS_TOP_NETWORK,
	    .slot = slot};
	struct bs_entry entry = {.table = BS_TABLE_TOP, .value_len = 40};
	struct bs_change change;

	entry.key_len = bs_top_key_write(&key, entry.key);
	memset(entry.value, 0x5a, sizeof(entry.value));
	bs_change_set(&change, &entry);
	assert_int_equal(bs_store_apply(store, &change, 1), 0);
}

/* A record that nobody can read is left out, and costs the store nothing. */
static void
damage_costs_an_entry(void **state)
{
	uint64_t all;
	uint64_t damaged;

	(void)state;
	tick(T0, T0);
	count(BS_TOP_NETWORK, "192.0.2.0/24", 2);
	count(BS_TOP_NETWORK, "198.51.100.0/24", 1);
	stop(T0 + 1);
	start(T0 + 2);
	tick(T0 + 2, T0 + MINUTE);
	damage(0);
	assert_int_equal(bs_store_check(store, &all, &damaged), 0);
	assert_int_equal(damaged, 0);
	assert_int_equal(stored(20000, BS_TOP_NETWORK, "198.51.100.0/24"), 1);
	assert_int_equal(stored(20000, BS_TOP_NETWORK, "192.0.2.0/24"), 0);
	assert_int_equal(found_count, 1);
}

/* "backstop store forget" leaves a count without a name, and so does memory. */
static void
who_was_forgotten_stays_so(void **state)
{
	struct bs_top_key key = {.day = 20000, .kind = BS_TOP_USER};
	struct bs_entry entry = {.table = BS_TABLE_TOP};
	struct bs_change change;

	(void)state;
	tick(T0, T0);
	count(BS_TOP_USER, "0123456789abcdef", 4);
	tick(T0 + 1, T0 + MINUTE);
	read_day(20000, BS_TOP_USER);
	assert_int_equal(found_count, 1);
	entry.key_len = bs_top_key_write(&key, entry.key);
	while (bs_store_get(store, &entry) == BS_STORE_ABSENT) {
		key.slot++;
		entry.key_len = bs_top_key_write(&key, entry.key);
	}
	found[0].len = 0;
	entry.value_len = bs_top_record_write(entry.key, entry.key_len,
	    &found[0], 0, entry.value);
	bs_change_set(&change, &entry);
	assert_int_equal(bs_store_apply(store, &change, 1), 0);
	count(BS_TOP_USER, "0123456789abcdef", 1);
	tick(T0 + MINUTE + 1, T0 + 2 * MINUTE);
	count(BS_TOP_USER, "0123456789abcdef", 1);
	tick(T0 + 2 * MINUTE + 1, T0 + 3 * MINUTE);
	assert_int_equal(stored(20000, BS_TOP_USER, "0123456789abcdef"), 1);
	assert_int_equal(found_count, 2);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(is_written_within_a_minute),
	    TEST(is_written_within_a_minute_in_an_attack),
	    TEST(a_kill_loses_a_minute),
	    TEST(a_clean_stop_loses_nothing),
	    TEST(another_store_counts_nothing_twice),
	    TEST(a_day_has_its_own),
	    TEST(keeps_long_names),
	    TEST(is_bounded),
	    TEST(goes_after_31_days),
	    TEST(the_setting_takes_it_away),
	    TEST(damage_costs_an_entry),
	    TEST(who_was_forgotten_stays_so),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
