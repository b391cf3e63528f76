/* Domains with letters beyond ASCII, in the form in which they stand in DNS. */
#ifndef BS_BASE_IDN_H
#define BS_BASE_IDN_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/backstop.h"

/* Whether it has no octet beyond ASCII. */
bool bs_idn_is_ascii(const char *text);

/* Writes "xn--bcher-kva.example" for "bücher.example" (RFC 5891 §3.1: they are
 * one domain). Returns 0, or -EINVAL for what is no domain or too long. */
BS_MUST_USE int bs_idn_domain(const char *domain, char out[static BS_HOST_MAX]);

/* Rewrites so what stands behind the last '@', or all where there is none, in
 * a buffer of size octets. A domain that cannot be written so stays. */
void bs_idn_address(char *text, size_t size);

#endif
