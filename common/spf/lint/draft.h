/* An SPF record that is being written, a term at a time. */
#ifndef BS_SPF_LINT_DRAFT_H
#define BS_SPF_LINT_DRAFT_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/backstop.h"
#include "common/spf/record.h"

#define BS_SPF_DRAFT_TERMS 64
#define BS_SPF_DRAFT_TERM (BS_HOST_MAX + 16)

/* bs_spf_draft_add(): the term is there already. */
#define BS_SPF_DRAFT_KNOWN 1

/* Terms in the order in which they were added. The first of them may be kept
 * from another record: they stay as they stood, signs and order. */
struct bs_spf_draft {
	size_t count;
	size_t kept;
	char terms[BS_SPF_DRAFT_TERMS][BS_SPF_DRAFT_TERM];
};

/* Makes a term of what somebody typed: an address or network becomes ip4: or
 * ip6:, a name include: for a service, else a:; a term stays one, without its
 * sign. Returns 0, or -EINVAL with why not. */
BS_MUST_USE int bs_spf_draft_read(const char *typed, bool is_service,
    char out[static BS_SPF_DRAFT_TERM], struct bs_spf_fault *why);

/* Adds a term. Returns 0, BS_SPF_DRAFT_KNOWN, -EINVAL for a text that is no
 * term, or -ENOSPC. */
BS_MUST_USE int bs_spf_draft_add(struct bs_spf_draft *draft, const char *term);

/* Adds a term of another record among those that are kept, at a place: with its
 * sign, and modifiers, too. Behind them all is draft->kept. Returns as
 * bs_spf_draft_add(). */
BS_MUST_USE int bs_spf_draft_keep(struct bs_spf_draft *draft, size_t at,
    const char *term);

/* Takes a term off again. */
void bs_spf_draft_drop(struct bs_spf_draft *draft, size_t at);

/* Writes the record with an all ("~all") at its end: what asks DNS stands
 * behind what does not, so that most checks cost nothing. What is kept stands
 * behind new networks and before all else. Returns its octets or -EMSGSIZE. */
BS_MUST_USE int bs_spf_draft_write(const struct bs_spf_draft *draft,
    const char *all, char *out, size_t size);

/* Reads one term. Returns 0 or -EINVAL with its fault. */
BS_MUST_USE int bs_spf_draft_parse(const char *term, struct bs_spf_term *out,
    struct bs_spf_fault *fault, char buffer[static BS_SPF_DRAFT_TERM + 8]);

#endif
