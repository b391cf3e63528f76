/* From a question about a recipient to its facts. It reads and changes
 * nothing but the case. */
#ifndef BS_JUDGE_FACTS_H
#define BS_JUDGE_FACTS_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/backstop.h"
#include "common/judge/case.h"

/* Finds what is known of the request's recipient, and the case's domain and
 * tag. Returns 0, or -EINVAL where the recipient is no address. */
BS_MUST_USE int bs_facts_find(struct bs_case *question, struct bs_known *out);

/* Parts of it. bs_facts_tag_key() returns 0 or -EMSGSIZE. */
bool bs_facts_trusted(const struct bs_case *question);
enum bs_sender bs_facts_sender(const struct bs_request *request);
BS_MUST_USE int bs_facts_tag_key(const struct bs_case *question,
    const struct bs_tag *tag, struct bs_tag_key *out);

#endif
