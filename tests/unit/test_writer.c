/* Group commit, counts, marks, gaps, the clock, failures. */
#include <errno.h>
#include <signal.h>
#include <sys/resource.h>

#include "tests/unit/writing.h"

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
	assert_false(bs_meta_is_complete(bs_writer_meta(writer), T0, T0 + 30));
	/* while it fails nobody waits */
	assert_true(bs_writer_signed(writer, &key, T0 + 1) < 0);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
	assert_int_equal(bs_writer_flush(writer, T0 + 60), 0);
	assert_false(bs_writer_is_failing(writer, &error));
	assert_int_equal(bs_writer_meta(writer)->gap_count, 1);
	assert_int_equal(bs_writer_meta(writer)->gaps[0].start, T0 + 1);
	assert_int_equal(bs_writer_meta(writer)->gaps[0].end, T0 + 60);
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

/* An alive mark says that all before it is written: what waits behind a
 * burst must not be lost to kill -9 without a gap. */
static void
an_alive_mark_waits_for_the_burst(void **state)
{
	const struct bs_meta *meta;

	(void)state;
	for (int i = 0; i < 5000; i++) {
		char id[32];

		snprintf(id, sizeof(id), "m%d@example.org", i);
		send_msg(id, T0 + 100);
	}
	bs_writer_tick(writer, L, T0 + 106);
	bs_writer_tick(writer, L, T0 + 112);
	die();
	start(T0 + 120);
	meta = bs_writer_meta(writer);
	assert_int_equal(find_msg("m4999@example.org", 20000), BS_STORE_ABSENT);
	assert_false(bs_meta_is_complete(meta, T0 + 100, T0 + 101));
	/* written down, it is none */
	for (int64_t now = T0 + 120; now <= T0 + 1000; now += 10) {
		if (now == T0 + 500)
			send_msg("written@example.org", now);
		bs_writer_tick(writer, L, now);
	}
	die();
	start(T0 + 1010);
	meta = bs_writer_meta(writer);
	assert_int_equal(find_msg("written@example.org", 20000), 0);
	assert_true(bs_meta_is_complete(meta, T0 + 500, T0 + 501));
}

/* No room: what is dropped is a gap, while it lasts and afterwards. */
static void
no_room_is_a_gap(void **state)
{
	const struct bs_meta *meta = bs_writer_meta(writer);

	(void)state;
	for (int i = 0; i < 17000; i++) {
		char id[32];

		snprintf(id, sizeof(id), "m%d@example.org", i);
		send_msg(id, T0 + 100);
	}
	assert_false(bs_meta_is_complete(meta, T0, T0 + 101));
	assert_true(bs_meta_is_complete(meta, T0, T0 + 100));
	bs_writer_tick(writer, L, T0 + 101);
	assert_int_equal(meta->failing_since, 0);
	assert_false(bs_meta_is_complete(meta, T0, T0 + 101));
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

static struct bs_refused_key
refused_key(const char *message_id, const char *owner)
{
	const struct bs_msg_key id = msg_key(message_id, 0);
	const struct bs_tag_key who = tag_key(owner, 0);
	struct bs_refused_key key;

	memcpy(key.message_id, id.message_id, sizeof(key.message_id));
	memcpy(key.owner, who.sender, sizeof(key.owner));
	return key;
}

/* A refused bounce that turns out to be ours is told once, and by anybody. */
static void
knows_what_was_refused(void **state)
{
	const struct bs_refused_key alice = refused_key("m@x", "alice@x");
	const struct bs_refused_key bob = refused_key("m@x", "bob@x");
	struct bs_refused_record record;

	(void)state;
	bs_writer_refused(writer, &alice, T0);
	bs_writer_refused(writer, &alice, T0 + 60);
	assert_false(bs_writer_refused_known(writer, &bob, &record, T0));
	bs_writer_tick(writer, L, T0 + 61);
	die();
	start(T0 + 100);
	assert_true(bs_writer_refused_known(writer, &alice, &record, T0 + 100));
	assert_true(record.first == T0);
	assert_int_equal(record.bounces, 2);
	assert_false(
	    bs_writer_refused_known(writer, &alice, &record, T0 + 100));
	bs_writer_tick(writer, L, T0 + 101);
	die();
	start(T0 + 110);
	assert_false(
	    bs_writer_refused_known(writer, &alice, &record, T0 + 110));
}

/* What another key hashed cannot be found, so such a store is none. */
static void
takes_no_store_of_another_key(void **state)
{
	static const uint8_t other_key[BS_STORE_KEY_LEN] = "kex";
	struct bs_writer *other = bs_writer_new(other_key);

	(void)state;
	assert_non_null(other);
	bs_store_close(bs_writer_detach(writer));
	store = NULL;
	assert_int_equal(bs_store_open(folder, BS_STORE_HOLD, &store), 0);
	assert_int_equal(bs_writer_attach(other, store, boot, L, T0 + 1),
	    -EKEYREJECTED);
	assert_false(bs_writer_has_store(other));
	bs_writer_free(other);
	assert_int_equal(bs_meta_check_key(store, store_key), 0);
	assert_int_equal(bs_writer_attach(writer, store, boot, L, T0 + 1), 0);
}

/* The sweep works on between the tick that finds the confirmation and the next
 * look at the clock. */
static void
a_confirmed_clock_is_believed(void **state)
{
	const struct bs_clock *clock = &bs_writer_meta(writer)->clock;
	struct bs_clock confirmed = {0};
	struct bs_change change;

	(void)state;
	bs_writer_set_clock(writer, true, false);
	bs_writer_look(writer, T0);
	assert_true(clock->in_doubt);
	bs_clock_confirm(&confirmed, bs_day_of(T0));
	bs_meta_clock(&change, &confirmed);
	assert_int_equal(bs_store_apply(store, &change, 1), 0);
	bs_writer_tick(writer, L, T0 + 1);
	assert_false(clock->in_doubt);
	(void)bs_writer_work(writer, L, T0 + 1);
	assert_false(clock->in_doubt);
}

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
	    TEST(an_alive_mark_waits_for_the_burst),
	    TEST(no_room_is_a_gap),
	    TEST(remembers_the_longest_lifetime),
	    TEST(knows_what_was_refused),
	    TEST(takes_no_store_of_another_key),
	    TEST(a_confirmed_clock_is_believed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
