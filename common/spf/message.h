/* Between the engine and the spf child: structs of one program, by a socket. */
#ifndef BS_SPF_MESSAGE_H
#define BS_SPF_MESSAGE_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/backstop.h"
#include "common/spf/service.h"
#include "common/policy/spf_words.h"

/* Checks that a child takes at a time; the engine answers those beyond. */
#define BS_SPF_CHECKS_MAX 8192

enum bs_spf_message_kind {
	BS_SPF_MESSAGE_STEP,
	BS_SPF_MESSAGE_FINDING,
};

/* To the child. */
struct bs_spf_order {
	uint64_t id;
	bool traced;
	bool cancelled; /* forget that id */
	struct bs_spf_query query;
};

/* From the child. */
struct bs_spf_message {
	uint64_t id;
	enum bs_spf_message_kind kind;
	union {
		struct bs_spf_step step;
		struct bs_spf_finding finding;
	} is;
};

/* Makes a message safe to use: every text ends and is printable ASCII. Returns
 * -EINVAL for one that no honest child sends. */
BS_MUST_USE int bs_spf_message_tidy(struct bs_spf_message *message);

/* In memory that the engine and its children share: which check libspf2 is at
 * work on, 0 for none. It outlives a child that crashes, and so tells whose
 * record it was. */
struct bs_spf_board {
	_Atomic uint64_t at_work;
};

#endif
