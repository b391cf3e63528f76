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
	bool is_away; /* the engine has not answered of late: a tenth of the
		       * deadline has to do */
	bool one_way; /* waits until the questions are written, not for the
		       * answers */

	/* Fills in question n, which is all zero; version, id and deadline are
	 * not for it. */
	void (*fill)(void *context, unsigned n, struct bs_request *request);

	/* Takes the answer to question n, or NULL for none. The answer lives
	 * until it returns. Answers come in no order. */
	void (*take)(void *context, unsigned n, const struct bs_answer *answer);

	void *context;
};

/* Asks, and waits until each question is answered or the deadline has passed.
 * Returns how many questions the engine has left without an answer. One that
 * does not fit the wire counts only if it is about mail that leaves. The
 * connection is kept for the next round. Nothing is allocated, so that Exim may
 * leave by a longjmp: the next call puts that right. */
BS_MUST_USE unsigned bs_ask_round(const struct bs_round *round);

/* What the engine asks with, if it has asked this process what it missed; once.
 * 0: it has not. */
uint64_t bs_ask_asks(void);

/* Fills in what every question says of the envelope. */
void bs_ask_envelope(const struct bs_envelope *envelope,
    struct bs_request *request);

#endif
