/* RFC 7208 §7: macros, checked and expanded. */
#ifndef BS_SPF_MACRO_H
#define BS_SPF_MACRO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/backstop.h"

/* What the letters stand for. Borrowed strings. */
struct bs_spf_letters {
	const char *sender;    /* s, and l and o of it: local@domain */
	const char *domain;    /* d: whose record is being read */
	const char *helo;      /* h */
	const char *validated; /* p: the validated name, or "unknown" */
	const char *receiver;  /* r, explanations only */
	int64_t now;	       /* t, explanations only: epoch seconds */
	bool is_ip6;	       /* i, v, c: */
	uint8_t client[16];    /* 4 octets of it for IPv4 */
};

/* Whether a text is a macro-string by the grammar; for_explanation allows c,
 * r, t and spaces too. On false *column is where it goes wrong. */
bool bs_spf_macro_is(const char *text, size_t len, bool for_explanation,
    size_t *column);

/* Whether it holds the macro letter (lower case) at all. */
bool bs_spf_macro_has(const char *text, size_t len, char letter);

/* Expands a macro-string to out, with a NUL. Returns 0, -EINVAL where it is
 * none, -EMSGSIZE where it does not fit. */
BS_MUST_USE int bs_spf_macro_expand(const char *text, size_t len,
    bool for_explanation, const struct bs_spf_letters *letters, char *out,
    size_t size);

/* Expands a domain-spec: as above, and a name over 253 octets loses labels
 * from the left until it fits (RFC 7208 §7.3). A last dot is taken off.
 * -EMSGSIZE: not even the last label fits. */
BS_MUST_USE int bs_spf_macro_domain(const char *text, size_t len,
    const struct bs_spf_letters *letters, char out[static BS_HOST_MAX]);

#endif
