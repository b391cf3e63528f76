/* Between the parts of judging: no business of others. */
#ifndef BS_JUDGE_CASE_H
#define BS_JUDGE_CASE_H

#include <stdint.h>

#include "common/base/backstop.h"
#include "common/judge/judge.h"
#include "common/judge/view.h"
#include "common/mail/address.h"
#include "common/adapter/wire.h"

/* One question being answered. */
struct bs_case {
	const struct bs_judge *judge;
	const struct bs_request *request;
	struct bs_view view;
	const struct bs_domain *domain; /* of the address, if it is ours */
	int64_t now;
	uint32_t today;
	unsigned lifetime_days;
};

/* Op sign. */
void bs_judge_sign(struct bs_case *matter, struct bs_answer *answer,
    struct bs_judgement *judgement);

/* Op sent: what the host accepted. */
void bs_judge_sent(struct bs_case *matter);

/* A bounce that was accepted uses up the cap of its tag, and of the message
 * that it returns. */
void bs_judge_accepted(const struct bs_case *matter,
    const struct bs_finding *finding);

/* Op rcpt: counts a guess, and defers what a client beyond the limit asks in
 * the name of a bounce, unless its tag is valid. */
void bs_judge_probe(const struct bs_case *matter, struct bs_answer *answer,
    struct bs_judgement *judgement);

/* Op sent: the host refused a recipient, which counts as a guess. */
void bs_judge_refused(const struct bs_case *matter);

/* Why mail of an address of matter->domain leaves as it is: a constant word,
 * or NULL (DESIGN §4). */
const char *bs_case_unsigned(const struct bs_case *matter,
    const struct bs_address *address);

/* The settings of an address' domain, or NULL. */
const struct bs_domain *bs_case_domain(const struct bs_case *matter,
    const struct bs_address *address);

/* Note something of an address, and of matter->domain. */
void bs_case_note(const struct bs_case *matter,
    const struct bs_address *address, enum bs_note note);
void bs_case_note_domain(const struct bs_case *matter, enum bs_note note);
void bs_case_tally(const struct bs_case *matter, enum bs_tally tally);

#endif
