/* Lock files in a folder of ours. */
#ifndef BS_STORE_LOCK_H
#define BS_STORE_LOCK_H

#include <limits.h>
#include <stdbool.h>

#include "common/base/backstop.h"

/* Writes folder/name. Returns 0 or -ENAMETOOLONG. */
BS_MUST_USE int bs_lock_path(const char *folder, const char *name,
    char out[static PATH_MAX]);

/* Makes the file where it lacks and locks it, waiting if so asked. Returns a
 * descriptor, whose close unlocks it; -EBUSY where another holds the lock and
 * there is no waiting; or -errno. */
BS_MUST_USE int bs_lock_take(const char *folder, const char *name, bool wait);

#endif
