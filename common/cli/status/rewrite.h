/* A file that a person wrote: read whole, and replaced in one step. */
#ifndef BS_CLI_STATUS_REWRITE_H
#define BS_CLI_STATUS_REWRITE_H

#include <limits.h>
#include <stddef.h>
#include <sys/stat.h>

#include "common/base/backstop.h"

struct bs_rewrite {
	char path[PATH_MAX]; /* symbolic links followed */
	struct stat stat;
	char *text;
	size_t len;
};

/* Reads a file. Returns 0, -EFBIG, or -errno; free it in any case. */
BS_MUST_USE int bs_rewrite_read(const char *path, struct bs_rewrite *out);

/* Replaces the file by rename, with its owner and mode, and syncs it. Returns
 * 0; -EAGAIN where somebody else changed it since it was read; -errno. */
BS_MUST_USE int bs_rewrite_save(const struct bs_rewrite *file, const char *text,
    size_t len);

void bs_rewrite_free(struct bs_rewrite *file);

#endif
