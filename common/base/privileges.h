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

/* For a child: it has no terminal from now on, into which it could type as if
 * it were root (TIOCSTI). Call it before root is given up. A key that ends the
 * parent does not reach such a child: bs_privileges_end_with_parent(). */
void bs_privileges_leave_terminal(void);

/* For a child, once it became whom it is to be: it is killed when its parent
 * ends. */
void bs_privileges_end_with_parent(void);

/* No core dumps, no new privileges, no ptrace by others of our uid. */
void bs_privileges_close_doors(void);

#endif
