/* The pages of LMDB's file, read without LMDB.
 *
 * LMDB believes its file: a wrong octet makes it crash, end the process, walk
 * in a circle or, at a later write, destroy what was sound. */
#ifndef BS_STORE_PAGES_H
#define BS_STORE_PAGES_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/backstop.h"

/* Whether the first two pages contradict the file: they promise more than it
 * holds, or are of two versions of LMDB. No sound ones do. */
bool bs_pages_contradict(int fd);

/* Goes through all that LMDB would follow in the state which a transaction
 * left: each page must be what its parent says, hold its entries in order and
 * belong to one place alone, whether it is used or free. Hold a read
 * transaction meanwhile. Returns 0, also for a file of an unknown version;
 * -EAGAIN where the state is gone already; -EUCLEAN; -ENOMEM. */
BS_MUST_USE int bs_pages_check(int fd, uint64_t transaction);

#endif
