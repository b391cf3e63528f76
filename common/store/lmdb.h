/* The store: what was signed, in LMDB. The one file that knows lmdb.h.
 *
 * The interface is the seam for another backend: no transaction and no
 * pointer into the map outlives a call. */
#ifndef BS_STORE_LMDB_H
#define BS_STORE_LMDB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/backstop.h"
#include "common/store/record.h"

enum bs_table { BS_TABLE_TAG, BS_TABLE_MSG, BS_TABLE_SENDER, BS_TABLE_META };
#define BS_TABLES 4

/* Nothing under this key, or no more entries. */
#define BS_STORE_ABSENT 1

/* A key and its value, copied out. A value of no octets deletes. */
struct bs_entry {
	enum bs_table table;
	size_t key_len;
	size_t value_len;
	uint8_t key[BS_RECORD_KEY_MAX];
	uint8_t value[BS_RECORD_MAX];
};

struct bs_store;

enum bs_store_use {
	BS_STORE_READ,	/* a look; fails with -ENOENT where there is none */
	BS_STORE_WRITE, /* for a moment; makes what is missing */
	BS_STORE_HOLD,	/* the engine, for long: one at a time; the same */
};

/* Opens the store in a folder (which must exist). Returns 0 with *out set;
 * -ENOENT; -EBUSY where BS_STORE_HOLD is held already; -EUCLEAN for a
 * truncated or corrupt file; -EPROTO for a newer format; -errno. */
BS_MUST_USE int bs_store_open(const char *folder, enum bs_store_use use,
    struct bs_store **out);

/* Takes NULL. */
void bs_store_close(struct bs_store *store);

/* Looks one entry up: entry->table and key in, value out. Returns 0,
 * BS_STORE_ABSENT or -errno. */
BS_MUST_USE int bs_store_get(struct bs_store *store, struct bs_entry *entry);

/* Writes or deletes all entries in one durable transaction, or none. Returns
 * 0, -ENOSPC (EIO of a full disk too), or -errno. */
BS_MUST_USE int bs_store_put(struct bs_store *store,
    const struct bs_entry *entries, size_t count);

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

/* Writes a compact copy of the store to a descriptor, while others go on
 * using it; not synced. Returns 0 or -errno. */
BS_MUST_USE int bs_store_copy(struct bs_store *store, int fd);

/* Walks all of a store that nobody holds open in this process and counts the
 * entries whose check fails. Run it in a child where the file may be
 * damaged: LMDB can crash on one. Returns 0 or -errno (-EUCLEAN). */
BS_MUST_USE int bs_store_check(const char *folder, uint64_t *entries,
    uint64_t *damaged);

/* Moves a damaged store's file aside as data.mdb.damaged-SECONDS. Returns 0
 * or -errno. */
BS_MUST_USE int bs_store_set_aside(const char *folder, int64_t now);

/* "tag", "msg", "sender", "meta". */
const char *bs_table_name(enum bs_table table);

#endif
