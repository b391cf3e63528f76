/* What every adapter makes of the engine's answers about a message. */
#ifndef BS_ADAPTER_VERDICT_H
#define BS_ADAPTER_VERDICT_H

#include <stdbool.h>

#include "common/adapter/wire.h"
#include "common/base/backstop.h"
#include "common/bounce/dsn.h"
#include "common/policy/bounce.h"

/* To a recipient in the form of our tag, when the engine does not answer. */
extern const char bs_verdict_unanswered[];

/* To a recipient that must not share a message with those before it, and to
 * one more than can be judged. */
extern const char bs_verdict_apart[];
extern const char bs_verdict_too_many[];

/* The field that mail filters behind us take for junk. */
extern const char bs_verdict_junk_field[];

/* Whether a sender may be that of a bounce: it is null, or the name of a mail
 * system (mailer-daemon, postmaster, double-bounce). Such mail is judged by
 * what it returns. */
bool bs_verdict_may_be_bounce(const char *sender);

/* Whether a recipient has the form of our tag; the tag may be forged. */
bool bs_verdict_is_tagged(const char *recipient);

/* Writes a tagged recipient without its tag. Returns 0, or -EINVAL for one
 * that has none. */
BS_MUST_USE int bs_verdict_untag(const char *recipient,
    char out[static BS_ADDRESS_MAX]);

/* Puts what a bounce returns into a question about it. */
void bs_verdict_evidence(const struct bs_dsn_facts *facts,
    struct bs_request *request);

/* What becomes of a message. A message has one fate, whatever its recipients:
 * the mildest answer counts. All zero at first. */
struct bs_verdict {
	bool is_weighed; /* an answer was, or the lack of one */
	bool is_genuine; /* by the answer that counts */
	enum bs_action action;
	unsigned strictest;	   /* the harm of the strictest answer */
	char header[BS_FIELD_MAX]; /* a field to add, in one line; or empty */
	char reply[BS_SMTP_REPLY_MAX];
};

/* Weighs the answer about one more recipient. NULL stands for no answer: it
 * lets the message pass, but takes no header away that an answer as mild has
 * given. Of what a gateway brings, the header is that of the strictest answer:
 * all of its recipients get it in one message, so who trusts the header must
 * not be told of another's verdict. */
void bs_verdict_weigh(struct bs_verdict *verdict,
    const struct bs_answer *answer);

/* Whether two recipients must not share a message: one of them gets the bounce
 * whatever it returns, and would bring it to the other. */
bool bs_verdict_must_part(enum bs_company one, enum bs_company other);

/* Whether an answer of op spf refuses the sender. It has to have the reply that
 * its action calls for; and the engine does not refuse what may be a bounce,
 * but if it ever did, nobody obeys. */
bool bs_verdict_refuses_sender(const struct bs_answer *answer,
    const char *sender);

/* The reply with which to refuse (BS_ACTION_REJECT) or to put off
 * (BS_ACTION_DEFER): the engine's, else one of ours. It is the engine's own
 * word where a refusal comes with a reply that puts off. */
const char *bs_verdict_reply(enum bs_action action, const char *reply);

/* Whether a text is a reply that refuses, which a host can give as it is:
 * printable, of one line, and not 421, after which hosts hang up. */
bool bs_verdict_is_reply(const char *text);

/* Whether a text is one header field and nothing else; it may be folded, and
 * has no newline at its end. */
bool bs_verdict_is_field(const char *text);

#endif
