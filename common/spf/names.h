/* RFC 7208 §7 and §5.5: the names that the terms of a record stand for, and the
 * client's own name. */
#ifndef BS_SPF_NAMES_H
#define BS_SPF_NAMES_H

#include "common/spf/run_state.h"

/* The name that a domain-spec stands for, the record's own for none. Returns 0
 * or -ECANCELED. */
BS_MUST_USE int bs_spf_run_expand(struct bs_spf_run *run,
    const struct bs_spf_run_record *record, const struct bs_spf_term *term,
    char out[static BS_HOST_MAX]);

/* As bs_spf_run_expand(), of the text of an explanation. -EINVAL where it
 * breaks the grammar or does not fit. */
BS_MUST_USE int bs_spf_run_expand_text(struct bs_spf_run *run,
    const struct bs_spf_run_record *record, const char *text, size_t len,
    char *out, size_t size);

/* The client's name, validated by its addresses (RFC 7208 §5.5): one within the
 * domain if there is one, else any, "unknown" for none. *within is whether it
 * lies within the domain. Returns 0 or -ECANCELED. */
BS_MUST_USE int bs_spf_run_validate(struct bs_spf_run *run, const char *domain,
    char out[static BS_HOST_MAX], bool *within);

/* The name at which PTR records of an address are (RFC 1035 §3.5, RFC 3596
 * §2.5). */
void bs_spf_reverse_name(bool is_ip6, const uint8_t *client,
    char out[static BS_HOST_MAX]);

#endif
