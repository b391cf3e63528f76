/* Care of a store that may be damaged: a walk over all of it, moving it away.
 */
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/store/lmdb.h"

#define CHUNK 256

/* Counts the entries of a table, and those whose check fails. */
static int
walk(struct bs_store *store, enum bs_table table, uint64_t *entries,
    uint64_t *damaged)
{
	struct bs_entry chunk[CHUNK];
	struct bs_entry from = {.table = table};
	size_t count;
	int rc;

	while ((rc = bs_store_scan(store, &from, chunk, CHUNK, &count)) == 0) {
		*entries += count;
		for (size_t i = 0; i < count; i++)
			if (!bs_record_is_sound(chunk[i].key, chunk[i].key_len,
				chunk[i].value, chunk[i].value_len))
				(*damaged)++;
	}
	return rc == BS_STORE_ABSENT ? 0 : rc;
}

int
bs_store_check(const char *folder, uint64_t *entries, uint64_t *damaged)
{
	struct bs_store *store = NULL;
	struct bs_store_stat stat;
	int rc;

	*entries = 0;
	*damaged = 0;
	if ((rc = bs_store_open(folder, BS_STORE_READ, &store)) != 0)
		return rc;
	rc = bs_store_stat(store, &stat);
	for (int i = 0; i < BS_TABLES && rc == 0; i++) {
		uint64_t found = 0;

		rc = walk(store, (enum bs_table)i, &found, damaged);
		*entries += found;
		/* a count far from the tree's own is a torn tree; near it, an
		 * engine that works on */
		if (rc == 0 && found == 0 && stat.entries[i] > CHUNK)
			rc = -EUCLEAN;
	}
	bs_store_close(store);
	return rc;
}

int
bs_store_set_aside(const char *folder, int64_t now)
{
	char from[PATH_MAX];
	char to[PATH_MAX];
	int len;

	len = snprintf(from, sizeof(from), "%s/data.mdb", folder);
	if (len < 0 || (size_t)len >= sizeof(from))
		return -ENAMETOOLONG;
	len = snprintf(to, sizeof(to), "%s/data.mdb.damaged-%" PRId64, folder,
	    now);
	if (len < 0 || (size_t)len >= sizeof(to))
		return -ENAMETOOLONG;
	if (rename(from, to) != 0)
		return -errno;
	/* the lock file belongs to the file that went */
	len = snprintf(from, sizeof(from), "%s/lock.mdb", folder);
	if (len > 0 && (size_t)len < sizeof(from) && unlink(from) != 0 &&
	    errno != ENOENT)
		return -errno;
	return 0;
}
