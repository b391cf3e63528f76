/* A store in a folder of the test's own, and records to put there. */
#ifndef BS_STORE_FIXTURE_H
#define BS_STORE_FIXTURE_H

#include <limits.h>
#include <signal.h>

#include "common/store/lmdb.h"
#include "tests/unit/folder.h"

static char folder[PATH_MAX];

static inline int
set_up(void **state)
{
	(void)state;
	folder_make(folder, sizeof(folder));
	return 0;
}

static inline int
tear_down(void **state)
{
	(void)state;
	folder_remove(folder);
	return 0;
}

/* cmocka catches these signals, and a child would go on as the test. */
static inline void
let_children_crash(void)
{
	static const int signals[] = {SIGSEGV, SIGBUS, SIGABRT, SIGFPE, SIGILL};

	for (size_t i = 0; i < COUNT(signals); i++)
		signal(signals[i], SIG_DFL);
}

static inline struct bs_store *
open_store(enum bs_store_use use)
{
	struct bs_store *store = NULL;

	assert_int_equal(bs_store_open(folder, use, &store), 0);
	return store;
}

/* Makes the record exactly that. */
static inline void
put(struct bs_store *store, const struct bs_entry *entry)
{
	struct bs_change change;

	bs_change_set(&change, entry);
	assert_int_equal(bs_store_apply(store, &change, 1), 0);
}

static inline struct bs_entry
tag_entry(uint32_t day, uint32_t number)
{
	struct bs_tag_key key = {.day = day, .key = 3};
	struct bs_tag_record record = {.issued = 1, .first_use = 42};
	struct bs_entry entry = {.table = BS_TABLE_TAG};

	memcpy(key.sender, &number, sizeof(number));
	entry.key_len = bs_tag_key_write(&key, entry.key);
	entry.value_len =
	    bs_tag_record_write(entry.key, entry.key_len, &record, entry.value);
	return entry;
}

static inline void
fill(struct bs_store *store, uint32_t day, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		struct bs_entry entry = tag_entry(day, i);

		put(store, &entry);
	}
}

/* In one transaction: each page of a new file is in use then. */
static inline void
fill_at_once(struct bs_store *store, uint32_t day, uint32_t count)
{
	static struct bs_change changes[2000];

	assert_true(count <= COUNT(changes));
	for (uint32_t i = 0; i < count; i++) {
		struct bs_entry entry = tag_entry(day, i);

		bs_change_set(&changes[i], &entry);
	}
	assert_int_equal(bs_store_apply(store, changes, count), 0);
}

#endif
