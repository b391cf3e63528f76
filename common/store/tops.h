/* The day's top tables: counted in memory, written to the store now and then.
 *
 * What they lose costs nothing but itself: no error of theirs is a gap, and
 * nothing is refused for it. */
#ifndef BS_STORE_TOPS_H
#define BS_STORE_TOPS_H

#include <stddef.h>
#include <stdint.h>

#include "common/base/backstop.h"
#include "common/store/lmdb.h"
#include "common/store/top.h"
#include "common/store/top_record.h"

/* Less than a minute, with the seconds that a full table takes to be written:
 * an engine that is killed loses no more. */
#define BS_TOPS_WRITE_SECONDS 45

struct bs_tops;

/* Makes empty ones, of no day yet. Returns NULL without memory. */
struct bs_tops *bs_tops_new(void);
void bs_tops_free(struct bs_tops *tops); /* takes NULL */

/* Counts a text once more in the table of the day: bs_top_count(). */
void bs_tops_count(struct bs_tops *tops, enum bs_top_kind kind,
    const char *text, size_t len);

/* Forgets what is in memory: nothing of it is written any more. */
void bs_tops_clear(struct bs_tops *tops);

/* To be called when a store is attached. What is in memory takes the place of
 * what it has, if that was read before, from this store or the one before it;
 * else both are added up. */
void bs_tops_attach(struct bs_tops *tops);

/* Once a second: what changed is written, a chunk at a time; a new day begins
 * with new tables. */
void bs_tops_tick(struct bs_tops *tops, struct bs_store *store, int64_t now);

/* At a clean stop: writes all. */
void bs_tops_stop(struct bs_tops *tops, struct bs_store *store, int64_t now);

/* Reads a table of a day from the store. Sets *count and *floor, as
 * bs_top_copy() does; what is damaged is left out. Returns 0 or -errno. */
BS_MUST_USE int bs_tops_read(struct bs_store *store, uint32_t day,
    enum bs_top_kind kind, struct bs_top_entry out[static BS_TOP_SLOTS],
    size_t *count, int64_t *floor);

#endif
