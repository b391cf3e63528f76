/* The store: what was signed, in LMDB. The one file that knows lmdb.h.
 *
 * Another backend would have this interface: open, get, apply, scan, expire,
 * stat, close. No transaction and no pointer into the map outlives a call. */
#ifndef BS_STORE_LMDB_H
#define BS_STORE_LMDB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/backstop.h"
#include "common/store/change.h"

/* Nothing under this key, or no more entries. */
#define BS_STORE_ABSENT 1

struct bs_store;

enum bs_store_use {
	BS_STORE_PAGES, /* for bs_store_check_pages() alone; else as READ */
	BS_STORE_READ,	/* only to read; -ENOENT where there is none */
	BS_STORE_WRITE, /* for a moment; makes what is missing */
	BS_STORE_HOLD,	/* as the engine, for long: one process at a time */
};

/* Opens the store in a folder (which must exist). Returns 0 with *out set;
 * -ENOENT; -EBUSY where BS_STORE_HOLD is held already; -EUCLEAN for a
 * truncated or corrupt file; -EPROTO for a newer format; -errno. */
BS_MUST_USE int bs_store_open(const char *folder, enum bs_store_use use,
    struct bs_store **out);

/* Takes NULL. */
void bs_store_close(struct bs_store *store);

/* Looks one entry up by its table and key, and copies its value out. Returns
 * 0, BS_STORE_ABSENT with no value, or -errno. */
BS_MUST_USE int bs_store_get(struct bs_store *store, struct bs_entry *entry);

/* Makes all changes or none, in one durable transaction that reads, merges and
 * writes. Returns 0, -ENOSPC (a full disk may be -EIO, too), or -errno. */
BS_MUST_USE int bs_store_apply(struct bs_store *store,
    const struct bs_change *changes, size_t count);

/* Reads up to max entries of a table from the key in *from on (key_len 0:
 * the first), in order. Sets *count and moves *from past the last. Returns 0,
 * or BS_STORE_ABSENT when none was left. */
BS_MUST_USE int bs_store_scan(struct bs_store *store, struct bs_entry *from,
    struct bs_entry *out, size_t max, size_t *count);

/* Deletes up to max entries of a day-keyed table whose day is before
 * before_day, oldest first. Sets *deleted. Returns 0 or -errno. */
BS_MUST_USE int bs_store_expire(struct bs_store *store, enum bs_table table,
    uint32_t before_day, size_t max, size_t *deleted);

struct bs_store_stat {
	uint64_t entries[BS_TABLES];
	uint64_t used_bytes; /* pages in use */
	uint64_t file_bytes;
	uint64_t map_bytes;
	unsigned readers;
};
BS_MUST_USE int bs_store_stat(struct bs_store *store,
    struct bs_store_stat *out);

/* Whether data.mdb in the folder is another file by now than the one that is
 * open, or none: what is written is lost. */
bool bs_store_is_lost(struct bs_store *store, const char *folder);

/* Writes a compact copy of the store to a descriptor, while others go on
 * using it; not synced. Returns 0 or -errno. */
BS_MUST_USE int bs_store_copy(struct bs_store *store, int fd);

/* Checks all that LMDB would follow in the store's file, as it is at one
 * moment: where this returns 0, LMDB can read and write it. Returns 0, -EUCLEAN
 * or -errno. */
BS_MUST_USE int bs_store_check_pages(struct bs_store *store);

/* Reads all of the store as it is at one moment: keys must ascend, and be as
 * many as each table says. Counts entries, and those whose check fails. One
 * whose pages were not checked can crash it. Returns 0, -EUCLEAN or -errno. */
BS_MUST_USE int bs_store_check(struct bs_store *store, uint64_t *entries,
    uint64_t *damaged);

/* An error of a store in words; a view of static text or of strerror(). */
const char *bs_store_error(int rc);

#endif
