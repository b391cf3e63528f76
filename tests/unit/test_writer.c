/* Group commit, counts, marks, gaps, the clock, expiry, failures. */
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <sys/resource.h>

#include "common/engine/writer.h"
#include "common/pure/day.h"
#include "tests/unit/folder.h"

#define L 10
#define T0 ((int64_t)20000 * BS_DAY_SECONDS + 3600)

static char folder[PATH_MAX];
static const uint8_t store_key[BS_STORE_KEY_LEN] = "key";
static const uint8_t boot[BS_BOOT_LEN] = "boot";
static struct bs_store *store;
static struct bs_writer *writer;

static void
start(int64_t now)
{
	store = NULL;
	assert_int_equal(bs_store_open(folder, BS_STORE_HOLD, &store), 0);
	assert_non_null(writer = bs_writer_new(store_key));
	assert_int_equal(bs_writer_attach(writer, store, boot, L, now), 0);
}

/* As kill -9 does: no mark, no flush. */
static void
die(void)
{
	bs_store_close(bs_writer_detach(writer));
	bs_writer_free(writer);
}

static void
stop(int64_t now)
{
	bs_writer_stop(writer, now);
	die();
}

static int
set_up(void **state)
{
	(void)state;
	folder_make(folder, sizeof(folder));
	start(T0);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	stop(T0);
	folder_remove(folder);
	return 0;
}

static struct bs_tag_key
tag_key(const char *address, uint32_t day)
{
	struct bs_tag_key key = {.day = day, .key = 3};

	bs_mac_hash(store_key, address, strlen(address), key.sender);
	return key;
}

static int
find_tag(const struct bs_tag_key *key, struct bs_tag_record *out)
{
	struct bs_entry entry = {.table = BS_TABLE_TAG};
	int rc;

	entry.key_len = bs_tag_key_write(key, entry.key);
	if ((rc = bs_writer_get(writer, &entry)) != 0)
		return rc;
	return bs_tag_record_read(entry.key, entry.key_len, entry.value,
	    entry.value_len, out);
}

static void
first_signature_waits(void **state)
{
	struct bs_tag_key key = tag_key("alice@example.org", 20010);
	struct bs_tag_record record;

	(void)state;
	assert_int_equal(bs_writer_signed(writer, &key, T0), BS_WRITER_WAIT);
	/* the next one too: it is not on disk yet */
	assert_int_equal(bs_writer_signed(writer, &key, T0), BS_WRITER_WAIT);
	assert_int_equal(bs_writer_waiting(writer), 1);
	assert_int_equal(bs_writer_flush(writer, T0), 0);
	assert_int_equal(bs_writer_waiting(writer), 0);
	assert_int_equal(bs_writer_signed(writer, &key, T0 + 1), 0);
	assert_int_equal(find_tag(&key, &record), 0);
	assert_int_equal(record.issued, 3);
	assert_int_equal(record.first_use, T0);
	assert_int_equal(record.last_use, T0 + 1);
}

static void
acknowledged_survives_kill(void **state)
{
	struct bs_tag_key alice = tag_key("alice@example.org", 20010);
	struct bs_tag_key bob = tag_key("bob@example.org", 20010);
	struct bs_tag_record record;

	(void)state;
	assert_int_equal(bs_writer_signed(writer, &alice, T0), BS_WRITER_WAIT);
	assert_int_equal(bs_writer_flush(writer, T0), 0);
	assert_int_equal(bs_writer_signed(writer, &bob, T0), BS_WRITER_WAIT);
	die();
	start(T0 + 100);
	assert_int_equal(find_tag(&alice, &record), 0);
	assert_int_equal(find_tag(&bob, &record), BS_STORE_ABSENT);
}

static void
counts_add_up(void **state)
{
	struct bs_tag_key key = tag_key("alice@example.org", 20010);
	struct bs_tag_record record;

	(void)state;
	assert_int_equal(bs_writer_signed(writer, &key, T0), BS_WRITER_WAIT);
	assert_int_equal(bs_writer_flush(writer, T0), 0);
	bs_writer_count(writer, &key, 5, 0, T0);
	bs_writer_count(writer, &key, 2, 1, T0 + 1);
	assert_int_equal(find_tag(&key, &record), 0);
	assert_int_equal(record.recipients, 7);
	bs_writer_tick(writer, L, T0 + 1);
	die();
	start(T0 + 2);
	assert_int_equal(find_tag(&key, &record), 0);
	assert_int_equal(record.issued, 1);
	assert_int_equal(record.recipients, 7);
	assert_int_equal(record.bounces, 1);
}

static void
notes_senders(void **state)
{
	struct bs_tag_key key = tag_key("alice@example.org", 20010);
	struct bs_entry entry = {.table = BS_TABLE_SENDER,
	    .key_len = BS_RECORD_HASH};
	struct bs_sender_record record;

	(void)state;
	assert_int_equal(bs_writer_signed(writer, &key, T0), BS_WRITER_WAIT);
	bs_writer_note(writer, key.sender, BS_NOTE_UNSIGNED,
	    T0 + 3 * BS_DAY_SECONDS);
	bs_writer_tick(writer, L, T0 + 1);
	memcpy(entry.key, key.sender, sizeof(key.sender));
	assert_int_equal(bs_store_get(store, &entry), 0);
	assert_int_equal(bs_sender_record_read(entry.key, entry.key_len,
			     entry.value, entry.value_len, &record),
	    0);
	assert_int_equal(record.first_signed_day, 20000);
	assert_int_equal(record.last_unsigned_day, 20003);
	assert_int_equal(record.last_day, 20003);
}

static void
every_stop_is_a_gap(void **state)
{
	const struct bs_meta *meta = bs_writer_meta(writer);

	(void)state;
	assert_int_equal(meta->epoch, T0);
	assert_int_equal(meta->gap_count, 0);
	bs_writer_tick(writer, L, T0 + 10);
	die();
	start(T0 + 1000);
	meta = bs_writer_meta(writer);
	assert_int_equal(meta->epoch, T0);
	assert_int_equal(meta->gap_count, 1);
	assert_int_equal(meta->gaps[0].start, T0 + 10);
	assert_int_equal(meta->gaps[0].end, T0 + 1000);
	/* a clean stop is one as well: what left meanwhile left unsigned */
	stop(T0 + 2000);
	start(T0 + 3000);
	meta = bs_writer_meta(writer);
	assert_int_equal(meta->gap_count, 2);
	assert_int_equal(meta->gaps[1].start, T0 + 2000);
	assert_int_equal(meta->gaps[1].end, T0 + 3000);
}

static void
a_stall_is_a_gap(void **state)
{
	const struct bs_meta *meta = bs_writer_meta(writer);

	(void)state;
	bs_writer_tick(writer, L, T0 + 5);
	bs_writer_tick(writer, L, T0 + 65);
	assert_int_equal(meta->gap_count, 1);
	assert_false(bs_meta_is_complete(meta, T0 + 30, T0 + 31));
	assert_true(bs_meta_is_complete(meta, T0, T0 + 5));
}

static void
waits_without_a_store(void **state)
{
	struct bs_tag_key key = tag_key("alice@example.org", 20010);
	struct bs_tag_record record;

	(void)state;
	bs_store_close(bs_writer_detach(writer));
	assert_int_equal(bs_writer_signed(writer, &key, T0), BS_WRITER_WAIT);
	assert_int_equal(bs_writer_flush(writer, T0), -ENODEV);
	assert_int_equal(find_tag(&key, &record), -ENODEV);
	store = NULL;
	assert_int_equal(bs_store_open(folder, BS_STORE_HOLD, &store), 0);
	assert_int_equal(bs_writer_attach(writer, store, boot, L, T0), 0);
	assert_int_equal(bs_writer_flush(writer, T0), 0);
	assert_int_equal(find_tag(&key, &record), 0);
}

/* A limit on file size stands in for the full disk: the real one is in the
 * end-to-end tests. */
static void
a_failure_is_a_gap(void **state)
{
	struct bs_tag_key key = tag_key("alice@example.org", 20010);
	struct rlimit old;
	struct rlimit full;
	int error;

	(void)state;
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
	full = old;
	full.rlim_cur = 4096;
	assert_int_equal(bs_writer_signed(writer, &key, T0), BS_WRITER_WAIT);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &full), 0);
	assert_true(bs_writer_flush(writer, T0 + 1) < 0);
	assert_true(bs_writer_is_failing(writer, &error));
	/* while it fails nobody waits */
	assert_true(bs_writer_signed(writer, &key, T0 + 1) < 0);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
	assert_int_equal(bs_writer_flush(writer, T0 + 60), 0);
	assert_false(bs_writer_is_failing(writer, &error));
	assert_int_equal(bs_writer_meta(writer)->gap_count, 1);
	assert_int_equal(bs_writer_meta(writer)->gaps[0].start, T0 + 1);
	assert_int_equal(bs_writer_meta(writer)->gaps[0].end, T0 + 60);
}

static void
sweep(int64_t now)
{
	int steps = 0;

	while (bs_writer_work(writer, L, now))
		assert_true(++steps < 100);
}

/* A burst of new senders is written down before there is no room. */
static void
works_off_a_burst(void **state)
{
	struct bs_store_stat stat;
	char address[64];

	(void)state;
	for (int i = 0; i < 40000; i++) {
		struct bs_tag_key key;

		snprintf(address, sizeof(address), "user%d@example.org", i);
		key = tag_key(address, 20010);
		bs_writer_note(writer, key.sender, BS_NOTE_UNSIGNED, T0);
		if (i % 10000 == 9999)
			sweep(T0);
	}
	bs_writer_tick(writer, L, T0 + 1);
	assert_int_equal(bs_store_stat(store, &stat), 0);
	assert_int_equal(stat.entries[BS_TABLE_SENDER], 40000);
	assert_int_equal(bs_writer_meta(writer)->gap_count, 0);
}

static void
expires_old_tags(void **state)
{
	struct bs_tag_key key = tag_key("alice@example.org", 20010);
	struct bs_tag_record record;
	int64_t last = T0 + (int64_t)(L + 8) * BS_DAY_SECONDS;

	(void)state;
	assert_int_equal(bs_writer_signed(writer, &key, T0), BS_WRITER_WAIT);
	assert_int_equal(bs_writer_flush(writer, T0), 0);
	bs_writer_tick(writer, L, last);
	sweep(last);
	assert_int_equal(find_tag(&key, &record), 0);
	bs_writer_tick(writer, L, last + BS_DAY_SECONDS);
	sweep(last + BS_DAY_SECONDS);
	assert_int_equal(find_tag(&key, &record), BS_STORE_ABSENT);
}

static void
a_doubtful_clock_expires_nothing(void **state)
{
	struct bs_tag_key key = tag_key("alice@example.org", 20010);
	struct bs_tag_record record;
	int64_t leap = T0 + (int64_t)100 * BS_DAY_SECONDS;

	(void)state;
	assert_int_equal(bs_writer_signed(writer, &key, T0), BS_WRITER_WAIT);
	assert_int_equal(bs_writer_flush(writer, T0), 0);
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

/* A shorter lifetime must not make tags of the longer one stale. */
static void
remembers_the_longest_lifetime(void **state)
{
	const struct bs_meta *meta = bs_writer_meta(writer);

	(void)state;
	assert_int_equal(bs_meta_lifetime(meta, 5, 20000), L);
	stop(T0 + 5);
	start(T0 + 6);
	meta = bs_writer_meta(writer);
	assert_int_equal(bs_meta_lifetime(meta, 5, 20000 + L + 8), L);
	assert_int_equal(bs_meta_lifetime(meta, 5, 20000 + L + 9), 5);
	assert_int_equal(bs_meta_lifetime(meta, 14, 20000), 14);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(first_signature_waits),
	    TEST(acknowledged_survives_kill),
	    TEST(counts_add_up),
	    TEST(notes_senders),
	    TEST(every_stop_is_a_gap),
	    TEST(a_stall_is_a_gap),
	    TEST(waits_without_a_store),
	    TEST(a_failure_is_a_gap),
	    TEST(works_off_a_burst),
	    TEST(expires_old_tags),
	    TEST(a_doubtful_clock_expires_nothing),
	    TEST(remembers_the_longest_lifetime),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
