/* One message: what the engine is asked about it, and what follows. */
#ifndef BS_EXIM_SCAN_H
#define BS_EXIM_SCAN_H

#include <stdbool.h>

#include "common/adapter/verdict.h"
#include "common/base/backstop.h"
#include "common/bounce/dsn.h"
#include "exim/envelope.h"

/* Recipients of one message that are asked about. Those beyond keep their tag,
 * which Exim's router takes off, and their message is not refused. */
#define BS_SCAN_ASKED 256

struct bs_scan {
	/* the caller's, who sets the rest to zero */
	const struct bs_envelope *origin;
	const char *leaves_as; /* with which return path, unsigned; NULL: the
				* null one, or not to be signed */
	unsigned recipients;
	const char *(*recipient)(unsigned n); /* lives as long as the scan */
	const struct bs_dsn_facts *facts;     /* where bs_scan_wants_body() */
	bool untold; /* what was missed: the store proves nothing */

	/* what follows, when asked */
	char signed_as[BS_ADDRESS_MAX]; /* empty: it leaves as it is */
	bool leaves;  /* from here, with a return path: to be told */
	bool doubted; /* in a name of ours, from a host not trusted */
	bool trusted; /* where it comes from, by the engine's word */
	struct bs_verdict verdict; /* where bs_scan_wants_body() */

	/* of those that are asked about */
	unsigned asked_count;
	struct bs_scan_asked {
		unsigned recipient;
		bool answered;
		bool strip;
		bool counted; /* as accepted, by the engine */
	} asked[BS_SCAN_ASKED];
};

/* Whether the verdict needs the message: it says that it is a bounce, and
 * comes from outside. */
bool bs_scan_wants_body(const struct bs_envelope *origin);

/* Whether an answer may be acted upon where what was missed is not told:
 * whatever refuses for the want of a record may not; a bad tag is one without
 * any. */
bool bs_scan_holds_untold(const struct bs_answer *answer);

/* Asks. Returns how many answers the engine owes. */
BS_MUST_USE unsigned bs_scan_ask(struct bs_scan *scan);

/* Whether a tag goes on to the next host, which does not know it, for the want
 * of an answer. goes_on says so of a recipient's domain. */
bool bs_scan_keeps_tag(const struct bs_scan *scan,
    bool (*goes_on)(const char *recipient));

/* Writes recipient asked[n] without its tag. Returns 0, or -EINVAL where it
 * stays as it is. */
BS_MUST_USE int bs_scan_strip(const struct bs_scan *scan, unsigned n,
    char out[static BS_ADDRESS_MAX]);

#endif
