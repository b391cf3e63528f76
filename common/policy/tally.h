/* What is counted of each domain and day, for "status" and "mode". */
#ifndef BS_POLICY_TALLY_H
#define BS_POLICY_TALLY_H

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

#endif
