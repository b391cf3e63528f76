/* Where a mistake in a file stands, for messages. */
#ifndef BS_BASE_FAULT_H
#define BS_BASE_FAULT_H

#include "common/base/backstop.h"

/* Room for ":4294967295". */
#define BS_FAULT_LINE 12

/* ":7", to follow the file's name; or nothing for a mistake of the whole file.
 * Returns out. */
const char *bs_fault_line(const struct bs_fault *fault,
    char out[static BS_FAULT_LINE]);

#endif
