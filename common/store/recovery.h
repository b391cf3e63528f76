/* How the engine comes by its store: a child walks it first after an unclean
 * stop, because LMDB can crash on a damaged file; a damaged one is moved. */
#ifndef BS_STORE_RECOVERY_H
#define BS_STORE_RECOVERY_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "common/base/backstop.h"
#include "common/store/lmdb.h"

enum bs_recovery {
	BS_RECOVERY_OPENED,
	BS_RECOVERY_NEW,   /* opened, after the damaged one was moved aside */
	BS_RECOVERY_LATER, /* not now: *error says why; try again */
};

/* Forks the child that looks at the store. Call it with no store open in this
 * process. Returns its pid, which the caller waits for, or -errno. */
BS_MUST_USE pid_t bs_recovery_start(const char *folder);

/* Opens the store to hold it, given the child's wait status. *out is the
 * caller's unless BS_RECOVERY_LATER is returned. */
BS_MUST_USE enum bs_recovery bs_recovery_finish(const char *folder,
    int wait_status, int64_t now, struct bs_store **out, int *error);

/* Fills boot with this boot's id: zeros where the system does not tell. */
void bs_recovery_boot_id(uint8_t boot[static 16]);

#endif
