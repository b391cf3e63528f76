/* One message: what the engine is asked about it, and what follows from that.
 */
#ifndef BS_EXIM_SCAN_H
#define BS_EXIM_SCAN_H

#include <stdbool.h>

#include "common/adapter/verdict.h"
#include "common/base/backstop.h"
#include "common/bounce/dsn.h"
#include "exim/envelope.h"

/* Recipients of one message that are asked about. Beyond that, Exim's router
 * takes the tags off, and the message is put off where all of these are to be
 * refused; else it passes. */
#define BS_SCAN_ASKED 256

struct bs_scan {
	/* set by the caller, who sets the rest to zero */
	const struct bs_envelope *envelope;
	const char *leaves_as; /* the return path, not yet signed; NULL: it is
				* null, or not to be signed */
	unsigned recipients;
	const char *(*recipient)(unsigned n); /* lives as long as the scan */
	const struct bs_dsn_facts *facts;     /* where bs_scan_wants_body() */
	bool store_lacks_mail; /* the engine was not told of all that left */

	/* set by bs_scan_ask() */
	char signed_as[BS_ADDRESS_MAX]; /* empty: it leaves as it is */
	bool leaves;  /* has a return path and leaves: to be reported */
	bool doubted; /* in a name of ours, but from an untrusted host */
	bool trusted; /* the engine trusts where it comes from */
	struct bs_verdict verdict; /* where bs_scan_wants_body() */

	/* the recipients that are asked about */
	unsigned asked_count;
	struct bs_scan_asked {
		unsigned recipient;
		bool answered;
		bool strip;
		bool counted; /* the engine counts it as accepted */
	} asked[BS_SCAN_ASKED];
};

/* Whether the message itself has to be judged: it comes from outside, and a
 * bounce may have its sender. */
bool bs_scan_wants_body(const struct bs_envelope *envelope);

/* Whether an answer holds although the engine was not told of all that left:
 * nothing may be refused for the want of a record then, but a tag with a wrong
 * MAC is wrong without any. */
bool bs_scan_needs_no_store(const struct bs_answer *answer);

/* Asks, and sets what follows. Returns how many answers the engine owes. */
BS_MUST_USE unsigned bs_scan_ask(struct bs_scan *scan);

/* Whether several verdicts were weighed, of which one counts. */
bool bs_scan_is_weighed(const struct bs_scan *scan);

/* Whether a tag would go on to another host, which does not know it, because
 * the engine has not answered. goes_on says whether a recipient's mail goes to
 * another host. */
bool bs_scan_keeps_tag(const struct bs_scan *scan,
    bool (*goes_on)(const char *recipient));

/* Writes recipient asked[n] without its tag. Returns 0, or -EINVAL where it
 * stays as it is. */
BS_MUST_USE int bs_scan_strip(const struct bs_scan *scan, unsigned n,
    char out[static BS_ADDRESS_MAX]);

#endif
