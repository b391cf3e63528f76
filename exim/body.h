/* The body of a message in Exim's spool, pushed through the parser. */
#ifndef BS_EXIM_BODY_H
#define BS_EXIM_BODY_H

#include <stddef.h>

#include "common/bounce/dsn.h"

/* Pushes what fd holds from where it stands, max_bytes at most, and leaves it
 * where it stood. What cannot be read is not there. */
void bs_body_push(int fd, size_t max_bytes, struct bs_dsn *dsn);

#endif
