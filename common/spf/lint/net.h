/* Networks of SPF records: one family each, whatever their host bits. */
#ifndef BS_SPF_LINT_NET_H
#define BS_SPF_LINT_NET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/backstop.h"

/* Octets of a network as text with its NUL. */
#define BS_SPF_NET_TEXT 64

struct bs_spf_net {
	bool is_ip6;
	uint8_t address[16]; /* 4 octets of it for IPv4, the rest is 0 */
	unsigned prefix;     /* 0 to 32 or 128 */
};

/* Takes the host bits off. Returns whether some were set. */
bool bs_spf_net_mask(struct bs_spf_net *net);

/* Whether the outer one holds all of the inner one. Both are masked. */
bool bs_spf_net_has(const struct bs_spf_net *outer,
    const struct bs_spf_net *inner);

/* Its last address. */
void bs_spf_net_last(const struct bs_spf_net *net, uint8_t out[static 16]);

/* Steps an address on. Returns false behind the family's last one. */
bool bs_spf_net_step(bool is_ip6, uint8_t address[static 16]);

/* "192.0.2.0/24"; an address alone has no length. Returns out. */
const char *bs_spf_net_text(const struct bs_spf_net *net,
    char out[static BS_SPF_NET_TEXT]);

/* What a network is reserved for that no mail comes from ("private" ...), or
 * NULL. */
const char *bs_spf_net_reserved(const struct bs_spf_net *net);

/* Whether it is broader than a single sender's networks are: /16, or /32 of
 * IPv6. */
bool bs_spf_net_is_wide(const struct bs_spf_net *net);

#endif
