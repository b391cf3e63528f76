/* The store: what was signed, in LMDB. The one file that knows lmdb.h. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <lmdb.h>

#include "common/store/cursor.h"
#include "common/store/lock.h"
#include "common/store/lmdb.h"
#include "common/store/pages.h"

#define MAP_BYTES ((size_t)16 << 30) /* sparse: costs no memory */
#define MAP_BYTES_MIN ((size_t)64 << 20)
#define BEHIND_MAX ((uint64_t)16 << 30)
#define READERS_MAX 4096
#define ATTEMPTS 5 /* where another process may disturb us */
#define GROWTHS 24 /* of the map: each doubles it */

struct bs_store {
	MDB_env *env;
	MDB_dbi tables[BS_TABLES];
	bool lacks[BS_TABLES]; /* read, of an older format: no such table */
	int hold_fd;	       /* locked by the engine while it runs, else -1 */
};

static bool
only_reads(enum bs_store_use use)
{
	return use == BS_STORE_READ || use == BS_STORE_PAGES;
}

static int
error_of(int rc)
{
	switch (rc) {
	case MDB_SUCCESS:
		return 0;
	case MDB_NOTFOUND:
		return BS_STORE_ABSENT;
	case MDB_MAP_FULL:
		return -ENOSPC;
	case MDB_VERSION_MISMATCH:
		return -EPROTO;
	case MDB_READERS_FULL:
		return -EAGAIN;
	default:
		/* LMDB's own errors: the file is not sound */
		return rc > 0 ? -rc : -EUCLEAN;
	}
}

static bool
contradicts_itself(const char *folder)
{
	char path[PATH_MAX];
	bool is_so;
	int fd;

	if (bs_lock_path(folder, "data.mdb", path) != 0 ||
	    (fd = open(path, O_RDONLY | O_CLOEXEC)) == -1)
		return false;
	is_so = bs_pages_contradict(fd);
	close(fd);
	return is_so;
}

/* LMDB maps what the header promises; a shorter file is a SIGBUS later. Behind
 * the last page may lie what a write left that was cut short; much more than
 * we ever write at once was written by the numbers of a damaged page. */
static int
check_size(MDB_env *env)
{
	MDB_envinfo info;
	MDB_stat stat;
	struct stat st;
	mdb_filehandle_t fd;
	uint64_t promised;
	uint64_t size;

	if (mdb_env_info(env, &info) != 0 || mdb_env_stat(env, &stat) != 0 ||
	    mdb_env_get_fd(env, &fd) != 0 || fstat(fd, &st) != 0)
		return -EUCLEAN;
	size = (uint64_t)st.st_size;
	promised = ((uint64_t)info.me_last_pgno + 1) * stat.ms_psize;
	return size < promised || size - promised > BEHIND_MAX ? -EUCLEAN : 0;
}

/* LMDB sets no close-on-exec: programs that we start would hold the file. */
static int
close_on_exec(MDB_env *env)
{
	mdb_filehandle_t fd;

	if (mdb_env_get_fd(env, &fd) != 0 ||
	    fcntl(fd, F_SETFD, FD_CLOEXEC) == -1)
		return -errno;
	return 0;
}

static int
try_env(const char *folder, unsigned flags, size_t map_bytes, MDB_env **out)
{
	MDB_env *env = NULL;
	int rc;

	if ((rc = mdb_env_create(&env)) != 0)
		return error_of(rc);
	if ((rc = mdb_env_set_mapsize(env, map_bytes)) != 0 ||
	    (rc = mdb_env_set_maxdbs(env, BS_TABLES)) != 0 ||
	    (rc = mdb_env_set_maxreaders(env, READERS_MAX)) != 0 ||
	    (rc = mdb_env_open(env, folder, flags, 0600)) != 0) {
		rc = error_of(rc);
		goto out;
	}
	if ((rc = check_size(env)) != 0 || (rc = close_on_exec(env)) != 0)
		goto out;
	*out = env;
	return 0;
out:
	mdb_env_close(env);
	return rc;
}

/* Where a limit on address space refuses the map, tries a smaller one. A map
 * that only a damaged header asks for is no lack of memory, and what only one
 * of its two first pages says is no newer version. */
static int
open_env(const char *folder, enum bs_store_use use, MDB_env **out)
{
	unsigned flags = MDB_NOTLS | (only_reads(use) ? MDB_RDONLY : 0);
	size_t map_bytes = MAP_BYTES;
	int rc;

	do {
		rc = try_env(folder, flags, map_bytes, out);
		map_bytes /= 2;
	} while (rc == -ENOMEM && map_bytes >= MAP_BYTES_MIN);
	return (rc == -ENOMEM || rc == -EPROTO) && contradicts_itself(folder)
		   ? -EUCLEAN
		   : rc;
}

/* Begins a transaction. Takes over a map that another process has made larger,
 * and frees the slots of dead readers. */
static int
begin(struct bs_store *store, unsigned flags, MDB_txn **txn)
{
	int dead = 0;
	int rc = 0;

	for (int i = 0; i < ATTEMPTS; i++) {
		rc = mdb_txn_begin(store->env, NULL, flags, txn);
		if (rc == MDB_MAP_RESIZED)
			(void)mdb_env_set_mapsize(store->env, 0);
		else if (rc == MDB_READERS_FULL)
			(void)mdb_reader_check(store->env, &dead);
		else
			break;
	}
	return error_of(rc);
}

/* Checks the format of the store. A new one gets ours; one of an older format
 * gets it, too, before we write there what an older engine cannot read. */
static int
check_format(MDB_txn *txn, MDB_dbi meta, bool may_write)
{
	static const char name[] = "format";
	MDB_val key = {sizeof(name) - 1, (void *)(uintptr_t)name};
	MDB_val value;
	uint8_t octets[BS_RECORD_MAX];
	int64_t format = 0;
	int64_t unused;
	int rc;

	rc = mdb_get(txn, meta, &key, &value);
	if (rc != 0 && (rc != MDB_NOTFOUND || !may_write))
		return rc == MDB_NOTFOUND ? -ENOENT : error_of(rc);
	if (rc == 0 && bs_number_record_read(key.mv_data, key.mv_size,
			   value.mv_data, value.mv_size, &format, &unused) != 0)
		return -EUCLEAN;
	if (format > BS_RECORD_FORMAT)
		return -EPROTO;
	if (format == BS_RECORD_FORMAT || !may_write)
		return 0;
	value.mv_data = octets;
	value.mv_size = bs_number_record_write(key.mv_data, key.mv_size,
	    BS_RECORD_FORMAT, 0, octets);
	return error_of(mdb_put(txn, meta, &key, &value, 0));
}

/* Opens the tables in a transaction that is committed: a handle from one that
 * is aborted or reset answers EINVAL later. */
static int
open_tables(struct bs_store *store, enum bs_store_use use)
{
	bool may_write = !only_reads(use);
	MDB_txn *txn = NULL;
	int rc;

	if ((rc = begin(store, may_write ? 0 : MDB_RDONLY, &txn)) != 0)
		return rc;
	if (use == BS_STORE_PAGES)
		goto out;
	for (int i = 0; i < BS_TABLES; i++) {
		rc = error_of(mdb_dbi_open(txn, bs_table_name((enum bs_table)i),
		    may_write ? MDB_CREATE : 0, &store->tables[i]));
		store->lacks[i] = rc == BS_STORE_ABSENT && i != BS_TABLE_META;
		if (store->lacks[i])
			rc = 0;
		if (rc == BS_STORE_ABSENT)
			rc = -ENOENT;
		if (rc != 0)
			goto out;
	}
	rc = check_format(txn, store->tables[BS_TABLE_META], may_write);
out:
	if (rc == 0)
		return error_of(mdb_txn_commit(txn));
	mdb_txn_abort(txn);
	return rc;
}

/* Tries once to open all of it. The lock is for LMDB 0.9.26 to 0.9.31, which
 * destroy shared mutexes at a close while another process opens them. */
static int
try_open(const char *folder, enum bs_store_use use, struct bs_store *store)
{
	char path[PATH_MAX];
	int dead;
	int fd;
	int rc;

	if ((rc = bs_lock_path(folder, "data.mdb", path)) != 0)
		return rc;
	if (only_reads(use) && access(path, F_OK) != 0)
		return -errno;
	if ((fd = bs_lock_take(folder, "open.lock", true)) < 0)
		return fd;
	if ((rc = open_env(folder, use, &store->env)) == 0) {
		(void)mdb_reader_check(store->env, &dead);
		rc = open_tables(store, use);
		if (rc != 0) {
			mdb_env_close(store->env);
			store->env = NULL;
		}
	}
	close(fd);
	return rc;
}

int
bs_store_open(const char *folder, enum bs_store_use use, struct bs_store **out)
{
	const struct timespec pause = {.tv_nsec = 20L * 1000 * 1000};
	struct bs_store *store;
	int rc = 0;

	if ((store = calloc(1, sizeof(*store))) == NULL)
		return -ENOMEM;
	store->hold_fd = -1;
	if (use == BS_STORE_HOLD) {
		rc = bs_lock_take(folder, "engine.lock", false);
		if (rc < 0)
			goto out;
		store->hold_fd = rc;
	}
	for (int i = 0; i < ATTEMPTS; i++) {
		rc = try_open(folder, use, store);
		if (rc != -EINVAL && rc != -EAGAIN)
			break;
		nanosleep(&pause, NULL);
	}
	if (rc == 0) {
		*out = store;
		return 0;
	}
out:
	bs_store_close(store);
	return rc;
}

void
bs_store_close(struct bs_store *store)
{
	if (store == NULL)
		return;
	if (store->env != NULL)
		mdb_env_close(store->env);
	if (store->hold_fd >= 0)
		close(store->hold_fd);
	free(store);
}

/* Copies an entry's value out; value_len 0 where there is none. Returns 0,
 * BS_STORE_ABSENT or -errno. */
static int
fetch(struct bs_store *store, MDB_txn *txn, struct bs_entry *entry)
{
	MDB_val key = {entry->key_len, entry->key};
	MDB_val value;
	int rc;

	entry->value_len = 0;
	if (store->lacks[entry->table])
		return BS_STORE_ABSENT;
	rc = mdb_get(txn, store->tables[entry->table], &key, &value);
	if (rc != 0)
		return error_of(rc);
	if (value.mv_size > sizeof(entry->value))
		return -EUCLEAN;
	memcpy(entry->value, value.mv_data, value.mv_size);
	entry->value_len = value.mv_size;
	return 0;
}

int
bs_store_get(struct bs_store *store, struct bs_entry *entry)
{
	MDB_txn *txn = NULL;
	int rc;

	if ((rc = begin(store, MDB_RDONLY, &txn)) != 0)
		return rc;
	rc = fetch(store, txn, entry);
	mdb_txn_abort(txn);
	return rc;
}

static int
apply_one(struct bs_store *store, MDB_txn *txn, const struct bs_change *change)
{
	MDB_dbi table = store->tables[change->table];
	struct bs_entry entry;
	MDB_val key = {change->key_len, entry.key};
	MDB_val value = {0, entry.value};
	int rc;

	entry.table = change->table;
	entry.key_len = change->key_len;
	memcpy(entry.key, change->key, change->key_len);
	if ((rc = fetch(store, txn, &entry)) < 0)
		return rc;
	if (!bs_change_apply(change, &entry))
		return 0;
	value.mv_size = entry.value_len;
	if (value.mv_size > 0)
		return error_of(mdb_put(txn, table, &key, &value, 0));
	return error_of(mdb_del(txn, table, &key, NULL));
}

static int
apply_all(struct bs_store *store, const struct bs_change *changes, size_t count)
{
	MDB_txn *txn = NULL;
	int rc;

	if ((rc = begin(store, 0, &txn)) != 0)
		return rc;
	for (size_t i = 0; i < count && rc == 0; i++)
		rc = apply_one(store, txn, &changes[i]);
	if (rc == 0)
		return error_of(mdb_txn_commit(txn));
	mdb_txn_abort(txn);
	return rc;
}

/* Takes over the larger map of another process, or else doubles ours. */
static int
grow(struct bs_store *store)
{
	MDB_envinfo before;
	MDB_envinfo after;
	int rc;

	if ((rc = mdb_env_info(store->env, &before)) != 0 ||
	    (rc = mdb_env_set_mapsize(store->env, 0)) != 0 ||
	    (rc = mdb_env_info(store->env, &after)) != 0)
		return error_of(rc);
	if (after.me_mapsize != before.me_mapsize)
		return 0;
	return error_of(mdb_env_set_mapsize(store->env, 2 * before.me_mapsize));
}

int
bs_store_apply(struct bs_store *store, const struct bs_change *changes,
    size_t count)
{
	int rc = apply_all(store, changes, count);

	for (int i = 0; rc == -ENOSPC && i < GROWTHS; i++) {
		MDB_envinfo info;
		MDB_stat stat;

		/* ENOSPC of the disk, not of the map? */
		if (mdb_env_info(store->env, &info) != 0 ||
		    mdb_env_stat(store->env, &stat) != 0 ||
		    info.me_mapsize / 2 > info.me_last_pgno * stat.ms_psize ||
		    grow(store) != 0)
			break;
		rc = apply_all(store, changes, count);
	}
	return rc;
}

/* Copies from the cursor on. Returns 0, BS_STORE_ABSENT or -errno. */
static int
copy_entries(MDB_cursor *cursor, struct bs_entry *from, struct bs_entry *out,
    size_t max, size_t *count)
{
	MDB_val key = {from->key_len, from->key};
	MDB_val value;
	int rc;

	rc = mdb_cursor_get(cursor, &key, &value,
	    from->key_len > 0 ? MDB_SET_RANGE : MDB_FIRST);
	if (rc == 0 && key.mv_size == from->key_len &&
	    memcmp(key.mv_data, from->key, key.mv_size) == 0)
		rc = mdb_cursor_get(cursor, &key, &value, MDB_NEXT);
	for (; rc == 0 && *count < max;
	     rc = mdb_cursor_get(cursor, &key, &value, MDB_NEXT)) {
		struct bs_entry *entry = &out[*count];

		if (key.mv_size > sizeof(entry->key) ||
		    value.mv_size > sizeof(entry->value))
			return -EUCLEAN;
		entry->table = from->table;
		entry->key_len = key.mv_size;
		entry->value_len = value.mv_size;
		memcpy(entry->key, key.mv_data, key.mv_size);
		memcpy(entry->value, value.mv_data, value.mv_size);
		(*count)++;
	}
	if (rc != 0 && rc != MDB_NOTFOUND)
		return error_of(rc);
	return *count > 0 ? 0 : BS_STORE_ABSENT;
}

int
bs_store_scan(struct bs_store *store, struct bs_entry *from,
    struct bs_entry *out, size_t max, size_t *count)
{
	MDB_txn *txn = NULL;
	MDB_cursor *cursor = NULL;
	int rc;

	*count = 0;
	if (store->lacks[from->table])
		return BS_STORE_ABSENT;
	if ((rc = begin(store, MDB_RDONLY, &txn)) != 0)
		return rc;
	rc =
	    error_of(mdb_cursor_open(txn, store->tables[from->table], &cursor));
	if (rc == 0) {
		rc = copy_entries(cursor, from, out, max, count);
		mdb_cursor_close(cursor);
	}
	mdb_txn_abort(txn);
	if (rc == 0)
		*from = out[*count - 1];
	return rc;
}

int
bs_store_expire(struct bs_store *store, enum bs_table table,
    uint32_t before_day, size_t max, size_t *deleted)
{
	const uint8_t limit[4] = {(uint8_t)(before_day >> 24),
	    (uint8_t)(before_day >> 16), (uint8_t)(before_day >> 8),
	    (uint8_t)before_day};
	MDB_txn *txn = NULL;
	MDB_cursor *cursor = NULL;
	MDB_val key;
	MDB_val value;
	int rc;

	*deleted = 0;
	if ((rc = begin(store, 0, &txn)) != 0)
		return rc;
	rc = mdb_cursor_open(txn, store->tables[table], &cursor);
	while (rc == 0 && *deleted < max) {
		rc = mdb_cursor_get(cursor, &key, &value, MDB_FIRST);
		if (rc != 0 ||
		    (key.mv_size >= sizeof(limit) &&
			memcmp(key.mv_data, limit, sizeof(limit)) >= 0))
			break;
		if ((rc = mdb_cursor_del(cursor, 0)) == 0)
			(*deleted)++;
	}
	if (cursor != NULL)
		mdb_cursor_close(cursor);
	if (rc != 0 && rc != MDB_NOTFOUND)
		rc = error_of(rc);
	else if (*deleted > 0)
		return error_of(mdb_txn_commit(txn));
	else
		rc = 0;
	mdb_txn_abort(txn);
	return rc;
}

int
bs_store_stat(struct bs_store *store, struct bs_store_stat *out)
{
	MDB_txn *txn = NULL;
	MDB_envinfo info;
	MDB_stat stat;
	struct stat st;
	mdb_filehandle_t fd;
	int rc;

	memset(out, 0, sizeof(*out));
	if ((rc = begin(store, MDB_RDONLY, &txn)) != 0)
		return rc;
	for (int i = 0; i < BS_TABLES && rc == 0; i++)
		if (!store->lacks[i] &&
		    (rc = mdb_stat(txn, store->tables[i], &stat)) == 0) {
			out->entries[i] = stat.ms_entries;
			out->used_bytes +=
			    stat.ms_psize *
			    (stat.ms_branch_pages + stat.ms_leaf_pages +
				stat.ms_overflow_pages);
		}
	mdb_txn_abort(txn);
	if (rc == 0 && (rc = mdb_env_info(store->env, &info)) == 0 &&
	    (rc = mdb_env_get_fd(store->env, &fd)) == 0) {
		out->map_bytes = info.me_mapsize;
		out->readers = info.me_numreaders;
		if (fstat(fd, &st) != 0)
			return -errno;
		out->file_bytes = (uint64_t)st.st_size;
	}
	return error_of(rc);
}

bool
bs_store_is_lost(struct bs_store *store, const char *folder)
{
	char path[PATH_MAX];
	struct stat ours;
	struct stat there;
	mdb_filehandle_t fd;

	if (mdb_env_get_fd(store->env, &fd) != 0 || fstat(fd, &ours) != 0 ||
	    bs_lock_path(folder, "data.mdb", path) != 0)
		return false;
	if (ours.st_nlink == 0)
		return true;
	if (lstat(path, &there) != 0)
		return errno == ENOENT;
	return there.st_ino != ours.st_ino || there.st_dev != ours.st_dev;
}

int
bs_store_copy(struct bs_store *store, int fd)
{
	return error_of(mdb_env_copyfd2(store->env, fd, MDB_CP_COMPACT));
}

/* In the order of LMDB: octet by octet, and a shorter key first. */
static int
compare(const uint8_t *a, size_t a_len, const uint8_t *b, size_t b_len)
{
	int order = memcmp(a, b, a_len < b_len ? a_len : b_len);

	if (order != 0)
		return order;
	return a_len < b_len ? -1 : a_len > b_len;
}

/* That keys must ascend also ends the walk through a tree that leads back into
 * itself, should bs_pages_check() not know this version of LMDB. */
static int
check_table(MDB_txn *txn, MDB_dbi table, uint64_t *entries, uint64_t *damaged)
{
	MDB_cursor *cursor = NULL;
	MDB_stat stat;
	MDB_val key;
	MDB_val value;
	uint8_t last[BS_RECORD_KEY_MAX];
	size_t last_len = 0;
	uint64_t found = 0;
	int rc;

	if ((rc = mdb_stat(txn, table, &stat)) != 0 ||
	    (rc = mdb_cursor_open(txn, table, &cursor)) != 0)
		return error_of(rc);
	while ((rc = mdb_cursor_get(cursor, &key, &value, MDB_NEXT)) == 0) {
		if (key.mv_size == 0 || key.mv_size > sizeof(last) ||
		    value.mv_size > BS_RECORD_MAX ||
		    compare(key.mv_data, key.mv_size, last, last_len) <= 0 ||
		    ++found > stat.ms_entries)
			break;
		if (!bs_cursor_is_sound(key.mv_data, key.mv_size, value.mv_data,
			value.mv_size))
			(*damaged)++;
		last_len = key.mv_size;
		memcpy(last, key.mv_data, last_len);
	}
	mdb_cursor_close(cursor);
	*entries += found;
	if (rc != 0 && rc != MDB_NOTFOUND)
		return error_of(rc);
	return rc == MDB_NOTFOUND && found == stat.ms_entries ? 0 : -EUCLEAN;
}

int
bs_store_check_pages(struct bs_store *store)
{
	mdb_filehandle_t fd;
	MDB_txn *txn = NULL;
	int rc = -EAGAIN;

	if (mdb_env_get_fd(store->env, &fd) != 0)
		return -EUCLEAN;
	/* another process may write twice before we look */
	for (int i = 0; i < ATTEMPTS && rc == -EAGAIN; i++) {
		if ((rc = begin(store, MDB_RDONLY, &txn)) != 0)
			return rc;
		rc = bs_pages_check(fd, mdb_txn_id(txn));
		mdb_txn_abort(txn);
	}
	return rc == -EAGAIN ? -EUCLEAN : rc;
}

int
bs_store_check(struct bs_store *store, uint64_t *entries, uint64_t *damaged)
{
	MDB_txn *txn = NULL;
	int rc;

	*entries = 0;
	*damaged = 0;
	if ((rc = begin(store, MDB_RDONLY, &txn)) != 0)
		return rc;
	for (int i = 0; i < BS_TABLES && rc == 0; i++) {
		uint64_t spoilt = 0;

		if (store->lacks[i])
			continue;
		rc = check_table(txn, store->tables[i], entries, &spoilt);
		/* no verdict rests on the others: they are left out when read
		 */
		if (i != BS_TABLE_TOP)
			*damaged += spoilt;
	}
	mdb_txn_abort(txn);
	return rc;
}

const char *
bs_store_error(int rc)
{
	switch (rc) {
	case -EPROTO:
		return "it was written by a newer version";
	case -EKEYREJECTED:
		return "it was written with another store.key";
	case -EUCLEAN:
		return "it is damaged";
	case -ESTALE:
		return "data.mdb was replaced under the running engine";
	default:
		return strerror(-rc);
	}
}
