/* From a question to its facts. It reads and changes nothing. */
#ifndef BS_JUDGE_FACTS_H
#define BS_JUDGE_FACTS_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/backstop.h"
#include "common/judge/view.h"
#include "common/policy/bounce.h"
#include "common/store/record.h"
#include "common/keys/tag.h"
#include "common/adapter/wire.h"

/* The facts of one recipient, and where they came from. */
struct bs_finding {
	struct bs_facts facts;
	const struct bs_domain *domain; /* of the recipient, if ours */
	bool has_tag;			/* of our form, in a domain of ours */
	struct bs_tag tag;		/* a view into the request */
	bool has_tag_key;
	struct bs_tag_key tag_key;
	struct bs_tag_record tag_record; /* of a valid tag; all zero: none */

	/* the message that the bounce is about, where one was found */
	bool has_msg;
	bool msg_is_theirs; /* sent by the addressed user */
	bool msg_over_cap;
	bool msg_domain_differs; /* no recipient of it was in that domain */
	struct bs_msg_key msg_key;
	struct bs_msg_record msg;

	/* what the evidence rests on, and why the coverage is not full:
	 * constant words for logs and --json; NULL where nobody looked, or
	 * nothing is amiss */
	const char *evidence_reason;
	const char *coverage_reason;
};

/* Finds the facts of request->recipient as of now (epoch seconds). Returns 0,
 * or -EINVAL where the recipient is no address. */
BS_MUST_USE int bs_facts_find(const struct bs_view *view,
    const struct bs_request *request, int64_t now, struct bs_finding *out);

/* Parts of it. bs_facts_tag_key() returns 0 or -EMSGSIZE. */
bool bs_facts_trusted(const struct bs_view *view,
    const struct bs_request *request);
enum bs_sender bs_facts_sender(const struct bs_request *request);
BS_MUST_USE int bs_facts_tag_key(const struct bs_view *view,
    const struct bs_tag *tag, uint32_t today, unsigned lifetime_days,
    struct bs_tag_key *out);

#endif
