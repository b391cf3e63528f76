/* A copy of the store, made while an engine runs. */
#ifndef BS_CLI_STORE_COPY_H
#define BS_CLI_STORE_COPY_H

#include <stdint.h>

#include "common/base/backstop.h"
#include "common/cli/store/child.h"
#include "common/store/lmdb.h"

struct bs_copy {
	struct bs_store_stat stat;
	int64_t bytes;
};

/* Copies the store in a folder into an open file, and syncs that: the child
 * that does it need not be able to reach the file's folder. All of the store is
 * read first. Returns 0; -EUCLEAN for a damaged one; -EKEYREJECTED for one of
 * another store.key (NULL: any); or -errno. */
BS_MUST_USE int bs_copy_store(const char *folder, const uint8_t *store_key,
    int fd, struct bs_copy *out);

/* Complains that it could not be copied to path. Returns the exit status. */
int bs_copy_complain(const char *folder, const char *path, int rc);

/* Makes a file for a backup that only its owner may read, beside path and under
 * a name that is written to fresh (of BS_COPY_NAME octets). Until the end, a
 * signal that ends the program removes it. Returns a descriptor, or an exit
 * status, negated, after the complaint; so where path is there already. */
#define BS_COPY_NAME 4200
BS_MUST_USE int bs_copy_begin(const char *path,
    char fresh[static BS_COPY_NAME]);

/* Gives the file its name, unless there is one of that name now; or removes it,
 * where rc says that it is not whole. Closes it. Returns 0 or -errno. */
BS_MUST_USE int bs_copy_end(int fd, const char *path, const char *fresh,
    int rc);

#endif
