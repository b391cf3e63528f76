/* One question that is being judged, and what is known of it. */
#ifndef BS_JUDGE_CASE_H
#define BS_JUDGE_CASE_H

#include <stdbool.h>
#include <stdint.h>

#include "common/adapter/wire.h"
#include "common/base/backstop.h"
#include "common/config/accepted.h"
#include "common/config/config.h"
#include "common/judge/view.h"
#include "common/keys/keyring.h"
#include "common/keys/tag.h"
#include "common/mail/address.h"
#include "common/policy/bounce.h"
#include "common/store/record.h"
#include "common/store/writer.h"

struct bs_counters;
struct bs_probe_limit;

/* What judging needs; borrowed. The keyring may be empty, the writer may have
 * no store. */
struct bs_judge {
	const struct bs_config *config;
	const struct bs_keyring *keyring;
	struct bs_writer *writer;
	struct bs_probe_limit *limits;	    /* or NULL: nobody is limited */
	const struct bs_accepted *accepted; /* or NULL: nothing is */
	struct bs_counters *counters;	    /* or NULL: nothing is counted */
	const char *host; /* op spf: what this host calls itself */
};

/* One question. All borrowed. */
struct bs_case {
	const struct bs_judge *judge; /* NULL: somebody only looks */
	struct bs_view view;
	const struct bs_request *request;
	int64_t now; /* epoch seconds */
	uint32_t today;
	unsigned lifetime_days; /* the longest of tags that may come home */

	/* found on the way: of the sender or recipient in question */
	const struct bs_domain *domain; /* NULL: not ours */
	struct bs_tag tag; /* where known.has_tag; a view into the request */
};

/* What is known of the recipient of a bounce. No pointers: "backstop explain"
 * takes it from a child process. */
struct bs_known {
	struct bs_facts facts;
	bool has_tag; /* of our form, in a domain of ours */
	bool has_tag_key;
	struct bs_tag_key tag_key;
	struct bs_tag_record tag_record; /* of a valid tag; all zero: none */

	/* the message that the bounce returns, where the store knows one */
	bool has_msg;
	bool msg_is_theirs; /* sent by the addressed user */
	bool msg_over_cap;
	bool msg_domain_differs; /* no recipient of it was in that domain */
	struct bs_msg_key msg_key;
	struct bs_msg_record msg;

	/* what the evidence rests on, and why the coverage is not full; _NONE
	 * where nobody looked, or nothing is amiss */
	enum bs_reason evidence_reason;
	enum bs_reason coverage_reason;
};

/* Beside the answer: what the log and the tests want to know. */
struct bs_judgement {
	struct bs_known known;	  /* ops rcpt, data */
	const struct bs_row *row; /* NULL where no verdict was due */
	enum bs_mode mode;
	enum bs_action would; /* what mode enforce would do */
	bool probing;	      /* the client is beyond the probe limit */
	bool accepted; /* it would have been worse, but for the administrator */
	enum bs_reason reason; /* op sign: as in the answer; op sent: _SIGNED
				* of mail that left so */
	bool wait; /* op sign: answer after the writer's next flush */
	uint8_t sender[BS_RECORD_HASH]; /* op sign: of the address signed */
};

/* What the engine remembers, what is not yet on disk included; lives as long
 * as judge does. */
void bs_case_view(const struct bs_judge *judge, struct bs_view *out);

/* Begins a case: one of the engine's, or of somebody who only looks. */
void bs_case_begin(const struct bs_judge *judge,
    const struct bs_request *request, int64_t now, struct bs_case *out);
void bs_case_look(const struct bs_view *view, const struct bs_request *request,
    int64_t now, struct bs_case *out);

/* Why mail of an address of question->domain leaves unsigned, or _NONE. */
enum bs_reason bs_case_unsigned(const struct bs_case *question,
    const struct bs_address *address);

/* The settings of an address' domain, or NULL. */
const struct bs_domain *bs_case_domain(const struct bs_case *question,
    const struct bs_address *address);

/* Whether the administrator said that mail from there, or to there, is fine. */
bool bs_case_is_accepted(const struct bs_case *question);

/* The kind of the adapter that asks, by the number that the store has it under;
 * and notes that mail of ours leaves by it. */
unsigned bs_case_adapter(const struct bs_request *request);
void bs_case_sends(const struct bs_case *question);

/* Note something of an address, and of question->domain. */
void bs_case_note(const struct bs_case *question,
    const struct bs_address *address, enum bs_note note);
void bs_case_note_domain(const struct bs_case *question, enum bs_note note);

/* Count something of question->domain: on the day and in the hour; of the rows
 * of verdicts, and of mail that left unsigned, on the day. And one of SPF. */
void bs_case_tally(const struct bs_case *question, enum bs_tally tally);
void bs_case_tally_row(const struct bs_case *question, unsigned row);
void bs_case_tally_left(const struct bs_case *question,
    enum bs_tally_left left);
void bs_case_tally_spf(const struct bs_case *question, enum bs_tally_spf tally);

#endif
