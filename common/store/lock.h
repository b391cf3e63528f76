/* Lock files in a folder of ours. */
#ifndef BS_STORE_LOCK_H
#define BS_STORE_LOCK_H

#include <limits.h>
#include <stdbool.h>

#include "common/base/backstop.h"

/* Writes folder/name. Returns 0 or -ENAMETOOLONG. */
BS_MUST_USE int bs_lock_path(const char *folder, const char *name,
    char out[static PATH_MAX]);

/* Locks a file, which it makes where there is none. Returns a descriptor, for
 * the caller to close, which unlocks it; -EBUSY without waiting where another
 * holds the lock; or -errno. */
BS_MUST_USE int bs_lock_take(const char *folder, const char *name, bool wait);

/* Whether another holds a lock now. Returns 1, 0, or -errno (-ENOENT: there is
 * no such file). Nothing is made, and nobody waits for it. */
BS_MUST_USE int bs_lock_is_held(const char *folder, const char *name);

#endif
