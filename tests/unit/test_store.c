/* The store: changes, scans, expiry, holders, formats. */
#include <errno.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/store/meta.h"
#include "common/store/tops.h"
#include "tests/unit/older_format.h"
#include "tests/unit/store_fixture.h"

static void
keeps_what_is_put(void **state)
{
	struct bs_store *store = open_store(BS_STORE_HOLD);
	struct bs_entry entry = tag_entry(20000, 7);
	struct bs_entry found = {.table = BS_TABLE_TAG,
	    .key_len = entry.key_len};
	struct bs_change change;

	(void)state;
	memcpy(found.key, entry.key, entry.key_len);
	assert_int_equal(bs_store_get(store, &found), BS_STORE_ABSENT);
	put(store, &entry);
	bs_store_close(store);
	store = open_store(BS_STORE_READ);
	assert_int_equal(bs_store_get(store, &found), 0);
	assert_int_equal(found.value_len, entry.value_len);
	assert_memory_equal(found.value, entry.value, entry.value_len);
	bs_store_close(store);
	store = open_store(BS_STORE_WRITE);
	bs_change_delete(&change, &entry);
	assert_int_equal(bs_store_apply(store, &change, 1), 0);
	assert_int_equal(bs_store_get(store, &found), BS_STORE_ABSENT);
	/* what is gone can be deleted again */
	assert_int_equal(bs_store_apply(store, &change, 1), 0);
	bs_store_close(store);
}

#define ADDITIONS 200

/* A process of its own, as "backstop sign" is beside the engine. */
static pid_t
start_adding(struct bs_change change)
{
	struct bs_store *store = NULL;
	pid_t pid = fork();

	assert_true(pid != -1);
	if (pid > 0)
		return pid;
	if (bs_store_open(folder, BS_STORE_WRITE, &store) != 0)
		_exit(1);
	for (int i = 0; i < ADDITIONS; i++)
		if (bs_store_apply(store, &change, 1) != 0)
			_exit(1);
	bs_store_close(store);
	_exit(0);
}

static void
two_processes_add_up(void **state)
{
	const struct bs_tag_key key = {.day = 20000, .key = 3};
	struct bs_change change = {.table = BS_TABLE_TAG, .tag = {.issued = 1}};
	struct bs_entry found = {.table = BS_TABLE_TAG};
	struct bs_tag_record record;
	struct bs_store *store;
	pid_t pids[2];
	int status;

	(void)state;
	change.key_len = bs_tag_key_write(&key, change.key);
	found.key_len = bs_tag_key_write(&key, found.key);
	for (int i = 0; i < 2; i++)
		pids[i] = start_adding(change);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(waitpid(pids[i], &status, 0), pids[i]);
		assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	}
	store = open_store(BS_STORE_READ);
	assert_int_equal(bs_store_get(store, &found), 0);
	assert_int_equal(bs_tag_record_read(found.key, found.key_len,
			     found.value, found.value_len, &record),
	    0);
	assert_int_equal(record.issued, 2 * ADDITIONS);
	bs_store_close(store);
}

/* All changes or none: the second cannot be written. */
static void
applies_all_or_none(void **state)
{
	struct bs_store *store = open_store(BS_STORE_HOLD);
	struct bs_entry entry = tag_entry(20000, 7);
	struct bs_change changes[2];

	(void)state;
	bs_change_set(&changes[0], &entry);
	bs_change_set(&changes[1], &entry);
	changes[1].key_len = 0; /* LMDB takes no empty key */
	assert_int_not_equal(bs_store_apply(store, changes, 2), 0);
	assert_int_equal(bs_store_get(store, &entry), BS_STORE_ABSENT);
	bs_store_close(store);
}

static void
scans_in_order(void **state)
{
	struct bs_store *store = open_store(BS_STORE_HOLD);
	struct bs_entry from = {.table = BS_TABLE_TAG};
	struct bs_entry chunk[3];
	struct bs_tag_key key;
	size_t count;
	size_t total = 0;
	uint32_t last = 0;
	int rc;

	(void)state;
	for (uint32_t day = 20010; day > 20000; day--)
		fill(store, day, 1);
	while ((rc = bs_store_scan(store, &from, chunk, 3, &count)) == 0)
		for (size_t i = 0; i < count; i++, total++) {
			assert_int_equal(bs_tag_key_read(chunk[i].key,
					     chunk[i].key_len, &key),
			    0);
			assert_true(key.day > last);
			last = key.day;
		}
	assert_int_equal(rc, BS_STORE_ABSENT);
	assert_int_equal(total, 10);
	bs_store_close(store);
}

static void
expires_by_day(void **state)
{
	struct bs_store *store = open_store(BS_STORE_HOLD);
	struct bs_store_stat stat;
	size_t deleted;

	(void)state;
	fill(store, 20000, 20);
	fill(store, 20001, 20);
	assert_int_equal(
	    bs_store_expire(store, BS_TABLE_TAG, 20001, 15, &deleted), 0);
	assert_int_equal(deleted, 15);
	assert_int_equal(
	    bs_store_expire(store, BS_TABLE_TAG, 20001, 15, &deleted), 0);
	assert_int_equal(deleted, 5);
	assert_int_equal(bs_store_stat(store, &stat), 0);
	assert_int_equal(stat.entries[BS_TABLE_TAG], 20);
	bs_store_close(store);
}

static void
has_one_holder(void **state)
{
	struct bs_store *holder = open_store(BS_STORE_HOLD);
	struct bs_store *other = NULL;
	pid_t pid;
	int status;

	(void)state;
	/* another process: LMDB wants one environment in each */
	assert_true((pid = fork()) != -1);
	if (pid == 0)
		_exit(bs_store_open(folder, BS_STORE_HOLD, &other) == -EBUSY
			  ? 0
			  : 1);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	bs_store_close(holder);
	holder = open_store(BS_STORE_HOLD);
	bs_store_close(holder);
}

static void
is_absent_until_made(void **state)
{
	struct bs_store *store = NULL;

	(void)state;
	assert_int_equal(bs_store_open(folder, BS_STORE_READ, &store), -ENOENT);
	assert_null(store);
}

static void
refuses_a_newer_format(void **state)
{
	struct bs_store *store = open_store(BS_STORE_HOLD);
	struct bs_change change;

	(void)state;
	bs_meta_number(&change, "format", BS_RECORD_FORMAT + 1, 0);
	assert_int_equal(bs_store_apply(store, &change, 1), 0);
	bs_store_close(store);
	store = NULL;
	assert_int_equal(bs_store_open(folder, BS_STORE_HOLD, &store), -EPROTO);
}

/* As version 1 wrote it: three days of a sender, and a tag. */
static void
fill_as_format_1(struct bs_store *store)
{
	static const uint8_t sender[] = {0, 0, 0x4e, 0x20, 0, 0, 0, 0, 0, 0,
	    0x4e, 0x21, 0x29, 0x2c, 0xd7, 0xdc, 0xe4, 0x12, 0xc1, 0x89};
	const struct bs_tag_key key = {.day = 20010, .key = 3};
	const struct bs_tag_record tag = {.issued = 2, .recipients = 5};
	struct bs_entry entry = {.table = BS_TABLE_SENDER,
	    .key_len = BS_RECORD_HASH,
	    .key = "format 1 sender",
	    .value_len = sizeof(sender)};
	struct bs_change changes[2] = {{.table = BS_TABLE_TAG, .tag = tag}};

	memcpy(entry.value, sender, sizeof(sender));
	put(store, &entry);
	changes[0].key_len = bs_tag_key_write(&key, changes[0].key);
	bs_meta_number(&changes[1], "format", 1, 0);
	assert_int_equal(bs_store_apply(store, changes, 2), 0);
}

static int64_t
format_of(struct bs_store *store)
{
	struct bs_entry entry = {.table = BS_TABLE_META,
	    .key_len = 6,
	    .key = "format"};
	int64_t format;
	int64_t unused;

	assert_int_equal(bs_store_get(store, &entry), 0);
	assert_int_equal(bs_number_record_read(entry.key, entry.key_len,
			     entry.value, entry.value_len, &format, &unused),
	    0);
	return format;
}

/* Its records count; the first who writes makes it one of ours, which the
 * version before refuses. */
static void
takes_over_an_older_format(void **state)
{
	struct bs_store *store = open_store(BS_STORE_HOLD);
	struct bs_entry entry = {.table = BS_TABLE_SENDER,
	    .key_len = BS_RECORD_HASH,
	    .key = "format 1 sender"};
	struct bs_sender_record record;

	(void)state;
	fill_as_format_1(store);
	bs_store_close(store);
	store = open_store(BS_STORE_READ);
	assert_int_equal(format_of(store), 1);
	bs_store_close(store);
	store = open_store(BS_STORE_HOLD);
	assert_int_equal(format_of(store), BS_RECORD_FORMAT);
	assert_int_equal(bs_store_get(store, &entry), 0);
	assert_int_equal(bs_sender_record_read(entry.key, entry.key_len,
			     entry.value, entry.value_len, &record),
	    0);
	assert_int_equal(record.first_signed_day, 20000);
	assert_int_equal(record.last_day, 20001);
	assert_int_equal(record.last_unrecorded_day, 0);
	bs_store_close(store);
}

/* Format 2 is read as it stands, and converted when it is first written. */
static void
converts_format_2(void **state)
{
	static const uint8_t store_key[BS_STORE_KEY_LEN] = "key";
	struct bs_entry entry = {.table = BS_TABLE_TAG, .key_len = 21};
	struct bs_entry from = {.table = BS_TABLE_REFUSED};
	static struct bs_top_entry tops[BS_TOP_SLOTS];
	struct bs_tag_record record;
	struct bs_store *store;
	int64_t floor;
	size_t count;

	(void)state;
	make_format_2(folder);
	memcpy(entry.key, OLDER_TAG_KEY, entry.key_len);
	store = open_store(BS_STORE_READ);
	assert_int_equal(format_of(store), 2);
	assert_int_equal(bs_store_get(store, &entry), 0);
	assert_int_equal(bs_store_scan(store, &from, &from, 1, &count),
	    BS_STORE_ABSENT);
	assert_int_equal(bs_meta_check_key(store, store_key), BS_STORE_ABSENT);
	assert_int_equal(
	    bs_tops_read(store, 20000, BS_TOP_MTA, tops, &count, &floor), 0);
	assert_int_equal(count, 0);
	bs_store_close(store);
	store = open_store(BS_STORE_HOLD);
	assert_int_equal(format_of(store), BS_RECORD_FORMAT);
	assert_int_equal(bs_store_get(store, &entry), 0);
	assert_int_equal(bs_tag_record_read(entry.key, entry.key_len,
			     entry.value, entry.value_len, &record),
	    0);
	assert_int_equal(record.issued, 2);
	assert_int_equal(record.recipients, 5);
	assert_int_equal(bs_meta_claim_key(store, store_key), 0);
	assert_int_equal(bs_meta_check_key(store, store_key), 0);
	bs_store_close(store);
}

/* The store says whose key it was written with. */
static void
knows_its_key(void **state)
{
	static const uint8_t key[BS_STORE_KEY_LEN] = "key";
	static const uint8_t other[BS_STORE_KEY_LEN] = "kex";
	struct bs_store *store = open_store(BS_STORE_HOLD);

	(void)state;
	assert_int_equal(bs_meta_check_key(store, key), BS_STORE_ABSENT);
	assert_int_equal(bs_meta_claim_key(store, key), 0);
	assert_int_equal(bs_meta_claim_key(store, key), 0);
	assert_int_equal(bs_meta_check_key(store, other), -EKEYREJECTED);
	assert_int_equal(bs_meta_claim_key(store, other), -EKEYREJECTED);
	assert_int_equal(bs_meta_check_key(store, key), 0);
	bs_store_close(store);
}

static void
merges_gaps(void **state)
{
	struct bs_meta meta = {.epoch = 1000};

	(void)state;
	(void)bs_meta_add_gap(&meta, 2000, 2100);
	(void)bs_meta_add_gap(&meta, 2100 + BS_GAP_MERGE_SECONDS, 2500);
	assert_int_equal(meta.gap_count, 1);
	(void)bs_meta_add_gap(&meta, 9000, 9001);
	assert_int_equal(meta.gap_count, 2);
	assert_false(bs_meta_is_complete(&meta, 999, 1500));
	assert_true(bs_meta_is_complete(&meta, 1000, 2000));
	assert_false(bs_meta_is_complete(&meta, 1000, 2001));
	assert_false(bs_meta_is_complete(&meta, 2499, 2600));
	assert_true(bs_meta_is_complete(&meta, 2500, 9000));
	for (int64_t i = 0; i < 2 * BS_GAPS_MAX; i++)
		(void)bs_meta_add_gap(&meta, 10000 + 1000 * i,
		    10001 + 1000 * i);
	assert_int_equal(meta.gap_count, BS_GAPS_MAX);
	assert_false(bs_meta_is_complete(&meta, 500000, 500001));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(keeps_what_is_put, set_up,
		tear_down),
	    cmocka_unit_test_setup_teardown(two_processes_add_up, set_up,
		tear_down),
	    cmocka_unit_test_setup_teardown(applies_all_or_none, set_up,
		tear_down),
	    cmocka_unit_test_setup_teardown(scans_in_order, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(expires_by_day, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(has_one_holder, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(is_absent_until_made, set_up,
		tear_down),
	    cmocka_unit_test_setup_teardown(refuses_a_newer_format, set_up,
		tear_down),
	    cmocka_unit_test_setup_teardown(takes_over_an_older_format, set_up,
		tear_down),
	    cmocka_unit_test_setup_teardown(converts_format_2, set_up,
		tear_down),
	    cmocka_unit_test_setup_teardown(knows_its_key, set_up, tear_down),
	    cmocka_unit_test(merges_gaps),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
