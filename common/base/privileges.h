/* Powers given up: root, new privileges, core dumps. */
#ifndef BS_BASE_PRIVILEGES_H
#define BS_BASE_PRIVILEGES_H

#include <sys/types.h>

#include "common/base/backstop.h"

/* As root becomes the user for good, its groups too; otherwise nothing.
 * Returns 0 or -errno (-ENOENT: no such user). */
BS_MUST_USE int bs_privileges_become(const char *user);

/* As root becomes the owner of a folder for good; otherwise nothing. Returns
 * 0 or -errno. */
BS_MUST_USE int bs_privileges_become_owner(const char *folder);

/* No core dumps, no new privileges, no ptrace by others of our uid. */
void bs_privileges_close_doors(void);

#endif
