/* What is wrong with an SPF record, as far as that can be seen without DNS. */
#ifndef BS_SPF_LINT_ADVICE_H
#define BS_SPF_LINT_ADVICE_H

#include <stdbool.h>
#include <stddef.h>

#include "common/spf/lint/flaws.h"
#include "common/spf/lint/net.h"
#include "common/spf/record.h"

/* Looks at a record, which is one by bs_spf_record_is(): its syntax, every
 * fault of it, and its terms. domain is whose it is, or empty; signs, whether
 * mail of the domain leaves with signed return paths. */
void bs_spf_advise(const char *text, size_t len, const char *domain, bool signs,
    bs_spf_tell *tell, void *context);

/* Looks at the strings of a TXT record, as they came: an octet of length
 * before each. Tells of strings that would need a space between them; columns
 * are those of the joined record. */
void bs_spf_advise_strings(const uint8_t *record, size_t len, bs_spf_tell *tell,
    void *context);

/* Whether a text that is no SPF record was probably meant to be one. */
bool bs_spf_is_misspelt(const char *text, size_t len);

/* The network of an ip4 or ip6 term, with its host bits; false for others. */
bool bs_spf_term_net(const struct bs_spf_term *term, struct bs_spf_net *out);

/* Whether a domain-spec stands for the same name for all senders: it has no
 * macro but %{d}. */
bool bs_spf_is_constant(const char *text, size_t len);

#endif
