/* Domains with letters beyond ASCII, in the form in which they stand in DNS. */
#ifndef BS_ENGINE_IDN_H
#define BS_ENGINE_IDN_H

#include "common/adapter/wire.h"

/* Writes "xn--bcher-kva.example" for "bücher.example" (RFC 5891 §3.1: they are
 * one domain). Returns 0, or -EINVAL for what is no domain or too long. */
BS_MUST_USE int bs_idn_domain(const char *domain, char out[static BS_HOST_MAX]);

/* Returns the request as it is to be judged: with the domains of all addresses
 * in ASCII. It is the request itself where they are, else *out. A domain that
 * cannot be written so stays as it came. */
const struct bs_request *bs_idn_request(const struct bs_request *request,
    struct bs_request *out);

#endif
