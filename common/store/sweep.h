/* The day's clean-up of the store, in chunks. */
#ifndef BS_STORE_SWEEP_H
#define BS_STORE_SWEEP_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/backstop.h"
#include "common/store/meta.h"
#include "common/store/lmdb.h"

/* Days for which a sender's record is kept after its last mail. */
#define BS_SENDER_KEEP_DAYS 400

/* Days for which what happened to a domain is kept. */
#define BS_TALLY_KEEP_DAYS 60
#define BS_HOUR_KEEP_DAYS 31
#define BS_TOP_KEEP_DAYS 31

enum bs_sweep_stage {
	BS_SWEEP_TAGS,
	BS_SWEEP_MSGS,
	BS_SWEEP_SENDERS,
	BS_SWEEP_REFUSED,
	BS_SWEEP_TALLIES,
	BS_SWEEP_HOURS,
	BS_SWEEP_ROWS,
	BS_SWEEP_LEFT,
	BS_SWEEP_TOPS,
	BS_SWEEP_GAPS,
	BS_SWEEP_DONE
};

/* All zero at first. */
struct bs_sweep {
	uint32_t day;	   /* whose clean-up it is */
	enum bs_keep keep; /* what is not to be kept goes, however new */
	enum bs_sweep_stage stage;
	struct bs_entry from;
};

/* Takes one step of today's clean-up, a transaction of some milliseconds.
 * *more says whether another is due. Returns 0 or -errno. */
BS_MUST_USE int bs_sweep_step(struct bs_sweep *sweep, struct bs_store *store,
    struct bs_meta *meta, unsigned lifetime_days, uint32_t today, bool *more);

#endif
