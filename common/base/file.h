/* Files that are read whole. */
#ifndef BS_BASE_FILE_H
#define BS_BASE_FILE_H

#include <stddef.h>

#include "common/base/backstop.h"

/* Reads until the end of the file, which must be less than size octets.
 * Returns 0, -EFBIG or -errno; *len is what was read in any case. */
BS_MUST_USE int bs_file_read(int fd, char *out, size_t size, size_t *len);

#endif
