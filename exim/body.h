/* Reads the body of a message in Exim's spool into the parser of bounces. */
#ifndef BS_EXIM_BODY_H
#define BS_EXIM_BODY_H

#include <stddef.h>

#include "common/bounce/dsn.h"

/* Pushes what fd holds from its offset on, max_bytes at most, and leaves the
 * offset as it was. It ends early where fd cannot be read. */
void bs_body_push(int fd, size_t max_bytes, struct bs_dsn *dsn);

#endif
