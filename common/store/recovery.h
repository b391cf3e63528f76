/* A store that may be damaged: looked at, moved aside, opened.
 *
 * LMDB can crash on a damaged file. So after an unclean stop a child reads all
 * of it before the engine opens it. */
#ifndef BS_STORE_RECOVERY_H
#define BS_STORE_RECOVERY_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "common/base/backstop.h"
#include "common/store/lmdb.h"

enum bs_recovery {
	BS_RECOVERY_OPENED,
	BS_RECOVERY_NEW,   /* a new one: the damaged one was moved aside */
	BS_RECOVERY_LATER, /* not yet: *error says why; try again */
};

/* Reads all of a store, which must not be open in this process, and counts its
 * entries and those whose check fails. A damaged file can crash it: call it in
 * a child. Returns 0 or -errno (-EUCLEAN). */
BS_MUST_USE int bs_recovery_check(const char *folder, uint64_t *entries,
    uint64_t *damaged);

/* Renames the store's file to data.mdb.WHY-SECONDS; it must not be open in this
 * process. Returns 0 or -errno. */
BS_MUST_USE int bs_recovery_set_aside(const char *folder, const char *why,
    int64_t now);

/* Forks the child that looks at the store; it must not be open in this
 * process. Returns its pid, for the caller to wait for, or -errno. */
BS_MUST_USE pid_t bs_recovery_start(const char *folder);

/* Opens the store with BS_STORE_HOLD, given the child's wait status. *out is
 * the caller's unless BS_RECOVERY_LATER is returned. */
BS_MUST_USE enum bs_recovery bs_recovery_finish(const char *folder,
    int wait_status, int64_t now, struct bs_store **out, int *error);

/* Fills boot with the kernel's id of this boot, or with zeros where it has
 * none. */
void bs_recovery_boot_id(uint8_t boot[static 16]);

#endif
