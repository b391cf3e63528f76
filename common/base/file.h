/* Files that are read and replaced whole. */
#ifndef BS_BASE_FILE_H
#define BS_BASE_FILE_H

#include <stddef.h>
#include <sys/stat.h>
#include <sys/types.h>

#include "common/base/backstop.h"

/* Reads until the end of the file, which must be less than size octets.
 * Returns 0, -EFBIG or -errno; *len is what was read in any case. */
BS_MUST_USE int bs_file_read(int fd, char *out, size_t size, size_t *len);

/* Replaces a file by rename, with this mode and group ((gid_t)-1: leave), and
 * syncs it and its folder. Returns 0 or -errno, with the old file in place. */
BS_MUST_USE int bs_file_replace(const char *path, const char *text, size_t len,
    mode_t mode, gid_t gid);

/* The same with the owner and mode that the file had, unless it has changed
 * since: -EAGAIN. */
BS_MUST_USE int bs_file_rewrite(const char *path, const char *text, size_t len,
    const struct stat *was);

#endif
