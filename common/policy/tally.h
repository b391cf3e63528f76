/* What is counted of each domain and day, for "status" and "mode". */
#ifndef BS_POLICY_TALLY_H
#define BS_POLICY_TALLY_H

#include "common/policy/reason.h"

/* The columns of a day's record in the store: their order is on disk. */
enum bs_tally {
	BS_TALLY_SIGNED,   /* mails that left with a tag ... */
	BS_TALLY_UNSIGNED, /* ... and without one that were to have it */
	BS_TALLY_TAG_HOME, /* bounces that a tag of ours proved genuine ... */
	BS_TALLY_ID_HOME,  /* ... or a Message-ID alone */
	BS_TALLY_STRIPPED, /* of those, mail that left with a tag */
	BS_TALLY_FORGED,
	BS_TALLY_SUSPECT,
	BS_TALLY_UNKNOWN,
	BS_TALLY_WOULD_REJECT, /* what enforce would have done and the mode
				* did not */
	BS_TALLY_WOULD_JUNK,
	BS_TALLY_REJECTED,
	BS_TALLY_JUNKED,
	BS_TALLY_DEFERRED,	      /* by the probe limit */
	BS_TALLY_REFUSED_LATER_KNOWN, /* of those rejected, what turned out to
				       * return a message of ours */
	BS_TALLY_NAMELESS, /* mails that left from an address without a
			    * domain: it may be this one */
	BS_TALLIES	   /* how many; of a row: none */
};

/* What is kept for "backstop report". */
enum bs_keep {
	BS_KEEP_HOSTS,	/* all */
	BS_KEEP_COUNTS, /* no networks, hosts or users */
	BS_KEEP_OFF,	/* what "status" and "mode" need, and no more */
};

/* Why mail of ours left without a tag. The order is on disk. */
enum bs_tally_left {
	BS_LEFT_SIGN_OFF, /* the settings say so ... */
	BS_LEFT_EXEMPT,	  /* ... of the address */
	BS_LEFT_NO_KEY,
	BS_LEFT_CLOCK, /* it is in doubt */
	BS_LEFT_LATE,  /* the listener asks, but the answer was not in time, or
			* nobody answered */
	BS_LEFT_ELSEWHERE,   /* by a listener that does not ask */
	BS_LEFT_FOREIGN_TAG, /* and so on: the address can bear no tag */
	BS_LEFT_QUOTED,
	BS_LEFT_NON_ASCII,
	BS_LEFT_TOO_LONG,
	BS_LEFT_SOURCE_ROUTE,
	BS_LEFT_BAD_TAG, /* with a tag that is not ours, or too old */
	BS_LEFTS
};

/* The same as a reason, which has a word. */
enum bs_reason bs_tally_left_reason(enum bs_tally_left left);

#endif
