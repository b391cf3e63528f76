/* A store that may be damaged: looked at, moved aside, opened.
 *
 * LMDB can crash on a damaged file. So a child reads all of it before the
 * engine opens it; after a clean stop, a large one is opened and read at the
 * same time.
 */
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

/* Ends this process by SIGVTALRM if it works for so long: a circle in a damaged
 * file is work, a wait for a lock or a disk is none. 0: without limit. */
void bs_recovery_limit_work(unsigned seconds);

/* Opens a store, which must not be open in this process, and reads all of it as
 * bs_store_check_pages() and bs_store_check() do. Call it in a child: a damaged
 * file can crash it, or end it by SIGVTALRM. */
BS_MUST_USE int bs_recovery_check(const char *folder, uint64_t *entries,
    uint64_t *damaged);

/* Renames the store's file to data.mdb.WHY-SECONDS; it must not be open in this
 * process. Returns 0 or -errno. */
BS_MUST_USE int bs_recovery_set_aside(const char *folder, const char *why,
    int64_t now);

/* Forks the child that looks at the store; it must not be open in this
 * process. Returns its pid, for the caller to wait for, or -errno. */
BS_MUST_USE pid_t bs_recovery_start(const char *folder);

/* What its wait status means: the store is damaged; or it was stopped cleanly
 * and is too large to be read before it is opened. */
bool bs_recovery_found_damage(int wait_status);
bool bs_recovery_left_unread(int wait_status);

/* Forks a child that reads such a store while the engine uses it. Call it
 * before the store is opened. Returns its pid or -errno. */
BS_MUST_USE pid_t bs_recovery_start_reading(const char *folder);

/* Opens the store with BS_STORE_HOLD, given the child's wait status. *out is
 * the caller's unless BS_RECOVERY_LATER is returned. */
BS_MUST_USE enum bs_recovery bs_recovery_finish(const char *folder,
    int wait_status, int64_t now, struct bs_store **out, int *error);

/* Fills boot with the kernel's id of this boot, or with zeros where it has
 * none. */
void bs_recovery_boot_id(uint8_t boot[static 16]);

#endif
