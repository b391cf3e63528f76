/* Questions to the engine, asked and waited for under one deadline. */
#ifndef BS_EXIM_ASK_H
#define BS_EXIM_ASK_H

#include "common/base/backstop.h"
#include "common/adapter/wire.h"
#include "exim/envelope.h"

/* A round of questions, numbered from 0. */
struct bs_round {
	unsigned count;
	unsigned deadline_ms; /* for all of them together */
	bool is_away; /* the engine has not answered of late: a tenth of it */
	bool one_way; /* it is enough that they are written: no answer is
		       * waited for, and not each is taken */

	/* Fills in question n, which is all zero, but for version, id and
	 * deadline. */
	void (*fill)(void *context, unsigned n, struct bs_request *request);

	/* Takes the answer, which lives until it returns, or NULL for none;
	 * in no order. */
	void (*take)(void *context, unsigned n, const struct bs_answer *answer);

	void *context;
};

/* Asks, and waits until each question is answered or the deadline has passed.
 * Returns how many of them the engine owes an answer; of those that do not fit
 * the wire, only what is about mail that leaves counts. The connection is kept
 * for the next round, and allocated nothing: a longjmp out of here is made good
 * by the next call. */
BS_MUST_USE unsigned bs_ask(const struct bs_round *round);

/* Sets what every request says of where its message comes from. */
void bs_ask_from(const struct bs_envelope *origin, struct bs_request *request);

#endif
