/* A writer with a store, and its life: started, stopped, killed. */
#ifndef BS_WRITING_H
#define BS_WRITING_H

#include <limits.h>

#include "common/store/writer.h"
#include "common/keys/day.h"
#include "tests/unit/folder.h"

#define L 10
#define T0 ((int64_t)20000 * BS_DAY_SECONDS + 3600)

static char folder[PATH_MAX];
static const uint8_t store_key[BS_STORE_KEY_LEN] = "key";
static const uint8_t boot[BS_BOOT_LEN] = "boot";
static struct bs_store *store;
static struct bs_writer *writer;

static inline void
start(int64_t now)
{
	store = NULL;
	assert_int_equal(bs_store_open(folder, BS_STORE_HOLD, &store), 0);
	assert_non_null(writer = bs_writer_new(store_key));
	assert_int_equal(bs_writer_attach(writer, store, boot, L, now), 0);
}

/* As kill -9 does: no mark, no flush. */
static inline void
die(void)
{
	bs_store_close(bs_writer_detach(writer));
	bs_writer_free(writer);
}

static inline void
stop(int64_t now)
{
	bs_writer_stop(writer, now);
	die();
}

static inline int
set_up(void **state)
{
	(void)state;
	folder_make(folder, sizeof(folder));
	start(T0);
	return 0;
}

static inline int
tear_down(void **state)
{
	(void)state;
	stop(T0);
	folder_remove(folder);
	return 0;
}

static inline struct bs_tag_key
tag_key(const char *address, uint32_t day)
{
	struct bs_tag_key key = {.day = day, .key = 3};

	bs_mac_hash(store_key, address, strlen(address), key.sender);
	return key;
}

static inline int
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

static inline void
sweep(int64_t now)
{
	int steps = 0;

	while (bs_writer_work(writer, L, now))
		assert_true(++steps < 100);
}

static inline struct bs_msg_key
msg_key(const char *message_id, uint32_t day)
{
	struct bs_msg_key key = {.day = day};

	bs_mac_hash(store_key, message_id, strlen(message_id), key.message_id);
	return key;
}

static inline void
send_msg(const char *message_id, int64_t now)
{
	struct bs_msg_key key = msg_key(message_id, bs_day_of(now));
	const struct bs_msg_record record = {.sent = now, .recipients = 1};

	bs_writer_sent(writer, &key, &record, now);
}

static inline int
find_msg(const char *message_id, uint32_t day)
{
	struct bs_msg_key key = msg_key(message_id, day);
	struct bs_entry entry = {.table = BS_TABLE_MSG};

	entry.key_len = bs_msg_key_write(&key, entry.key);
	return bs_writer_get(writer, &entry);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

#endif
