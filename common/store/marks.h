/* The marks that a running engine keeps in meta. */
#ifndef BS_STORE_MARKS_H
#define BS_STORE_MARKS_H

#include <stdint.h>

#include "common/base/backstop.h"
#include "common/store/meta.h"
#include "common/store/lmdb.h"

/* An engine begins: the epoch if there is none, the boot, no clean-stop mark,
 * and a gap since the last mark. Returns 0 or -errno. */
BS_MUST_USE int bs_meta_mark_start(struct bs_store *store, struct bs_meta *meta,
    const uint8_t boot[static BS_BOOT_LEN], int64_t now);

/* It lives, and all is written that came until then: the alive mark, and the
 * longest lifetime where it changed. Returns 0 or -errno. */
BS_MUST_USE int bs_meta_mark_alive(struct bs_store *store, struct bs_meta *meta,
    unsigned lifetime_days, int64_t until, int64_t now);

/* It stood still from the last mark until now: a gap. Returns 0 or -errno. */
BS_MUST_USE int bs_meta_mark_stall(struct bs_store *store, struct bs_meta *meta,
    int64_t now);

/* It ends as it should. Returns 0 or -errno. */
BS_MUST_USE int bs_meta_mark_stop(struct bs_store *store, int64_t now);

/* Keeps what was seen of the clock. Returns 0 or -errno. */
BS_MUST_USE int bs_meta_mark_clock(struct bs_store *store,
    const struct bs_meta *meta);

/* Reads the clock's record again: the administrator may have confirmed it from
 * the command line. */
void bs_meta_mark_read_clock(struct bs_store *store, struct bs_meta *meta);

#endif
