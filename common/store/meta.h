/* What the store knows of itself: epoch, gaps, marks, clock, lifetime. */
#ifndef BS_STORE_META_H
#define BS_STORE_META_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/backstop.h"
#include "common/store/lmdb.h"
#include "common/keys/day.h"
#include "common/store/record.h"

#define BS_GAPS_MAX 256
#define BS_BOOT_LEN 16

/* Gaps nearer to each other than this become one. */
#define BS_GAP_MERGE_SECONDS 300

/* Times are epoch seconds, 0 for never. */
struct bs_meta {
	int64_t epoch;	       /* when recording began */
	int64_t alive;	       /* the engine's last mark */
	int64_t clean_stop;    /* 0 while an engine runs, or died */
	int64_t failing_since; /* in a running engine: a gap that goes on */
	uint8_t boot[BS_BOOT_LEN];
	struct bs_clock clock;
	unsigned lifetime_days; /* the longest in force ... */
	uint32_t lifetime_day;	/* ... and the last day on which it was */
	size_t gap_count;
	struct bs_gap gaps[BS_GAPS_MAX]; /* in order of their start */
};

/* Reads all of it; what is not there stays 0. Returns 0 or -errno. */
BS_MUST_USE int bs_meta_load(struct bs_store *store, struct bs_meta *out);

/* Fills an entry for bs_store_put(): a number under a name ("epoch", "alive",
 * "stop", "lifetime"), the boot id, the clock, or a gap. */
void bs_meta_number(struct bs_entry *out, const char *name, int64_t a,
    int64_t b);
void bs_meta_boot(struct bs_entry *out, const uint8_t boot[static BS_BOOT_LEN]);
void bs_meta_clock(struct bs_entry *out, const struct bs_clock *clock);
void bs_meta_gap(struct bs_entry *out, const struct bs_gap *gap);

/* Notes a gap in memory, merged with earlier ones where they are near or the
 * table is full. Returns the gap as it stands now; a view into meta. */
const struct bs_gap *bs_meta_add_gap(struct bs_meta *meta, int64_t start,
    int64_t end);

/* Whether everything between two times was recorded: after the epoch and in
 * no gap, nor in the one that goes on. */
bool bs_meta_is_complete(const struct bs_meta *meta, int64_t from, int64_t to);

/* The lifetime to judge by: the configured one, or a longer one that was in
 * force when tags that may still come home were signed. */
unsigned bs_meta_lifetime(const struct bs_meta *meta, unsigned configured_days,
    uint32_t today);

#endif
