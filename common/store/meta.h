/* What the store knows of itself: epoch, gaps, clock, lifetime, and the marks
 * that a running engine leaves. */
#ifndef BS_STORE_META_H
#define BS_STORE_META_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/backstop.h"
#include "common/store/lmdb.h"
#include "common/keys/day.h"
#include "common/keys/mac.h"
#include "common/store/record.h"
#include "common/store/ticket.h"

#define BS_GAPS_MAX 256
#define BS_BOOT_LEN 16

/* Kinds of adapters, as adapter/wire.h numbers them. */
#define BS_ADAPTERS 3

/* A stop of at most so long may be no gap. */
#define BS_PAUSE_SECONDS (15 * 60)

/* Gaps nearer to each other than this become one. */
#define BS_GAP_MERGE_SECONDS 300

/* Times are epoch seconds, 0 for never. */
struct bs_meta {
	int64_t epoch;	       /* when recording began */
	int64_t alive;	       /* all that came until then is written */
	int64_t clean_stop;    /* 0 while an engine runs, or where it died */
	int64_t failing_since; /* in a running engine: a gap that lasts */
	bool is_unread;	       /* pages of the store may be lost: what is not
				* found proves nothing */
	uint8_t boot[BS_BOOT_LEN];
	struct bs_clock clock;
	bool is_synchronised;	/* in a running engine: the clock, says the
				 * kernel */
	unsigned lifetime_days; /* the longest in force ... */
	uint32_t lifetime_day;	/* ... and the last day on which it was */
	uint32_t adapter_days[BS_ADAPTERS]; /* when each last sent; 0: never */
	struct bs_gap pause; /* a clean stop, a gap unless the adapters that are
			      * awaited say that they missed nothing; its start
			      * is 0 where there is none */
	unsigned awaited;    /* in a running engine: a bit for each of them */
	size_t gap_count;
	struct bs_gap gaps[BS_GAPS_MAX]; /* in order of their start */
};

/* Reads all of it; what is not there stays 0. Returns 0 or -errno. */
BS_MUST_USE int bs_meta_load(struct bs_store *store, struct bs_meta *out);

/* Whether the store was written with this key: what it has under hashes of
 * another cannot be found, and proves nothing. Returns 0, BS_STORE_ABSENT
 * where it does not say (as in format 2), -EKEYREJECTED, or -errno. */
BS_MUST_USE int bs_meta_check_key(struct bs_store *store,
    const uint8_t key[static BS_STORE_KEY_LEN]);

/* The same, but a store that does not say is from now on one of this key.
 * Returns 0, -EKEYREJECTED or -errno. */
BS_MUST_USE int bs_meta_claim_key(struct bs_store *store,
    const uint8_t key[static BS_STORE_KEY_LEN]);

/* Reads the clock's record alone: "store confirm-clock" may have written it.
 * Returns 0 or -errno. */
BS_MUST_USE int bs_meta_load_clock(struct bs_store *store,
    struct bs_clock *out);

/* Fill a change that sets a number of a name ("epoch", "alive", "stop",
 * "lifetime"), the clock, or a gap. */
void bs_meta_number(struct bs_change *out, const char *name, int64_t a,
    int64_t b);
void bs_meta_clock(struct bs_change *out, const struct bs_clock *clock);
void bs_meta_gap(struct bs_change *out, const struct bs_gap *gap);

/* Fills a change that removes a gap. */
void bs_meta_no_gap(struct bs_change *out, const struct bs_gap *gap);

/* The marks of an engine; each returns 0 or -errno.
 *
 * It starts: the epoch where there is none, the boot, no clean-stop mark, and
 * a gap since the last mark; or a pause, where ticket (which may be NULL) shows
 * that nothing was written since the store was stopped cleanly. */
BS_MUST_USE int bs_meta_mark_start(struct bs_store *store, struct bs_meta *meta,
    const uint8_t boot[static BS_BOOT_LEN], const uint8_t *ticket, int64_t now);

/* The pause is over: a gap, or none. */
BS_MUST_USE int bs_meta_mark_pause_over(struct bs_store *store,
    struct bs_meta *meta, bool is_gap);

/* It is alive, and all that came until then is written; and the longest
 * lifetime, where that changed, and the adapters that send. */
BS_MUST_USE int bs_meta_mark_alive(struct bs_store *store, struct bs_meta *meta,
    unsigned lifetime_days, int64_t until, int64_t now);

/* It stood still from its last mark until now: a gap. */
BS_MUST_USE int bs_meta_mark_stall(struct bs_store *store, struct bs_meta *meta,
    int64_t now);

/* It stops in good order, and leaves this ticket. */
BS_MUST_USE int bs_meta_mark_stop(struct bs_store *store,
    const struct bs_meta *meta, const uint8_t ticket[static BS_TICKET_LEN],
    int64_t now);

/* The store was put back: a gap since its last mark. The clock is believed as
 * the store believed it that was there before, or as it was (NULL). */
BS_MUST_USE int bs_meta_mark_restored(struct bs_store *store,
    const struct bs_clock *clock, int64_t now);

/* What it saw of the clock. */
BS_MUST_USE int bs_meta_mark_clock(struct bs_store *store,
    const struct bs_meta *meta);

/* Notes a gap in memory. Gaps that are near become one, and where the table is
 * full the last ones do. Returns the gap as it is now; a view into meta. */
const struct bs_gap *bs_meta_add_gap(struct bs_meta *meta, int64_t start,
    int64_t end);

/* Whether a pause lies between two times of which it is not yet known whether
 * it is a gap. */
bool bs_meta_has_pause(const struct bs_meta *meta, int64_t from, int64_t to);

/* Whether all between two times was recorded, and the store has been read: it
 * lies after the epoch, in no gap or pause, and before one that lasts. */
bool bs_meta_is_complete(const struct bs_meta *meta, int64_t from, int64_t to);

/* The lifetime to judge by: the configured one, or a longer one under which
 * tags were signed that may still come home. */
unsigned bs_meta_lifetime(const struct bs_meta *meta, unsigned configured_days,
    uint32_t today);

#endif
