/* A store as an older version wrote it: format 2 has no table of refused
 * bounces, no check value of the store key, and no state in its tags. */
#ifndef BS_OLDER_FORMAT_H
#define BS_OLDER_FORMAT_H

#include <lmdb.h>

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The one tag in it: signed twice, to five recipients. */
#define OLDER_TAG_KEY "\x00\x00\x4e\x2a\x03hash of a sender"

static inline void
older_must(int rc, const char *what)
{
	if (rc == 0)
		return;
	fprintf(stderr, "%s: %s\n", what, mdb_strerror(rc));
	abort();
}

/* The check behind each value: FNV-1a of 64 bits over key and value. */
static inline uint64_t
older_check(uint64_t hash, const MDB_val *octets)
{
	for (size_t i = 0; i < octets->mv_size; i++)
		hash = (hash ^ ((const uint8_t *)octets->mv_data)[i]) *
		       0x100000001b3ULL;
	return hash;
}

static inline void
older_put(MDB_txn *txn, MDB_dbi table, MDB_val key, MDB_val value)
{
	uint8_t octets[64];
	uint64_t check =
	    older_check(older_check(0xcbf29ce484222325ULL, &key), &value);

	memcpy(octets, value.mv_data, value.mv_size);
	for (int shift = 56; shift >= 0; shift -= 8)
		octets[value.mv_size++] = (uint8_t)(check >> shift);
	value.mv_data = octets;
	older_must(mdb_put(txn, table, &key, &value, 0), "put");
}

/* Makes it in a folder that has no store yet. */
static inline void
make_format_2(const char *folder)
{
	static const char *const names[] = {"tag", "msg", "sender", "meta"};
	uint8_t tag[28] = {[3] = 2, [7] = 5};
	uint8_t format[16] = {[7] = 2};
	char tag_key[] = OLDER_TAG_KEY;
	char format_key[] = "format";
	MDB_dbi tables[4];
	MDB_env *env = NULL;
	MDB_txn *txn = NULL;

	older_must(mdb_env_create(&env), "create");
	older_must(mdb_env_set_maxdbs(env, 4), "tables");
	older_must(mdb_env_open(env, folder, 0, 0600), folder);
	older_must(mdb_txn_begin(env, NULL, 0, &txn), "begin");
	for (size_t i = 0; i < 4; i++)
		older_must(mdb_dbi_open(txn, names[i], MDB_CREATE, &tables[i]),
		    names[i]);
	older_put(txn, tables[0], (MDB_val){sizeof(tag_key) - 1, tag_key},
	    (MDB_val){sizeof(tag), tag});
	older_put(txn, tables[3], (MDB_val){sizeof(format_key) - 1, format_key},
	    (MDB_val){sizeof(format), format});
	older_must(mdb_txn_commit(txn), "commit");
	mdb_env_close(env);
}

#endif
