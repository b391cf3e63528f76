/* Addresses of the envelope (RFC 5321): read, written, compared. */
#ifndef BS_MAIL_ADDRESS_H
#define BS_MAIL_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/backstop.h"

/* bs_address_parse() read the null reverse-path; *out is not set. */
#define BS_ADDRESS_NULL 1

enum bs_address_flag {
	BS_ADDRESS_QUOTED = 1,	  /* the local part needs its quotes */
	BS_ADDRESS_EIGHTBIT = 2,  /* an octet above 0x7f somewhere */
	BS_ADDRESS_ROUTED = 4,	  /* a source route stood before it */
	BS_ADDRESS_NO_DOMAIN = 8, /* a bare local part */
};

/* A view into the caller's text, which must outlive it. A source route is left
 * out, and so are quotes that the local part does not need. */
struct bs_address {
	const char *local;
	size_t local_len;
	const char *domain;
	size_t domain_len;
	unsigned flags; /* of enum bs_address_flag */
};

/* Reads a path with or without its angle brackets (RFC 5321 §4.1.2).
 * Returns 0, BS_ADDRESS_NULL for an empty path, -EINVAL for anything that is
 * no address, -EMSGSIZE beyond BS_ADDRESS_MAX - 1 octets. */
BS_MUST_USE int bs_address_parse(const char *text, size_t len,
    struct bs_address *out);

/* Writes local@domain and a NUL to out. Returns 0 or -EMSGSIZE. */
BS_MUST_USE int bs_address_write(const struct bs_address *address, char *out,
    size_t size);

/* As bs_address_write(), in ASCII lower case: this form is signed and hashed.
 */
BS_MUST_USE int bs_address_canonical(const struct bs_address *address,
    char *out, size_t size);

/* Whether the address is a mail system's own: mailer-daemon, postmaster or
 * double-bounce, in any case and at any domain. */
bool bs_address_is_daemon(const struct bs_address *address);

/* Whether the canonical address (local@domain, lower case) matches a pattern
 * in which '*' stands for any run of octets. Both are strings. */
bool bs_address_matches(const char *canonical, const char *pattern);

#endif
