/* Networks in CIDR notation, IPv4 and IPv6. */
#ifndef BS_BASE_NETBLOCK_H
#define BS_BASE_NETBLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/backstop.h"

/* IPv4 stands as its mapped IPv6 network. */
struct bs_netblock {
	uint8_t address[16];
	unsigned prefix; /* 0 to 128 */
};

/* Reads "192.0.2.0/24", "2001:db8::/32" or one address. Host bits that are
 * set are an error. Returns 0 or -EINVAL. */
BS_MUST_USE int bs_netblock_parse(const char *text, struct bs_netblock *out);

/* Whether an address (no prefix; text) lies in the network. */
bool bs_netblock_has(const struct bs_netblock *block, const char *address);

#endif
