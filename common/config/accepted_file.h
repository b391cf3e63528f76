/* The file of what the administrator has accepted, in the state folder. */
#ifndef BS_CONFIG_ACCEPTED_FILE_H
#define BS_CONFIG_ACCEPTED_FILE_H

#include <sys/types.h>

#include "common/base/backstop.h"
#include "common/config/accepted.h"

/* Reads the file; none is an empty one. Returns 0, or -errno with *fault set
 * (-EPERM where others may write it, -EINVAL for its text). */
BS_MUST_USE int bs_accepted_load(const char *path, struct bs_accepted *out,
    struct bs_fault *fault);

/* Replaces the file by rename, mode 0640, group gid ((gid_t)-1: leave).
 * Returns 0 or -errno. */
BS_MUST_USE int bs_accepted_save(const char *path,
    const struct bs_accepted *list, gid_t gid);

#endif
