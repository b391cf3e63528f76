/* RFC 1035 §4: a question to a DNS server, and whether a message answers it.
 */
#ifndef BS_DNS_QUERY_H
#define BS_DNS_QUERY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/backstop.h"
#include "common/dns/reply.h"

/* Octets of the longest question: header, name, type, class, EDNS. */
#define BS_DNS_QUERY_MAX (12 + 255 + 4 + 11)

/* How a message relates to a question. */
enum bs_dns_fit {
	BS_DNS_FOREIGN, /* not an answer to it */
	BS_DNS_WHOLE,
	BS_DNS_CUT,	/* TCP has the rest (RFC 7766 §5) */
	BS_DNS_NO_EDNS, /* the server may not know EDNS (RFC 6891 §7) */
	BS_DNS_REFUSED, /* the server does not want to answer, or cannot */
};

/* Writes a question that wants recursion, with EDNS for answers of so many
 * octets, or without for 0. Any octet may stand in a label but the dot.
 * Returns its octets, or -EINVAL for a text that is no name. */
BS_MUST_USE int bs_dns_query_write(const char *name, enum bs_dns_type type,
    uint16_t id, unsigned edns_octets, uint8_t out[static BS_DNS_QUERY_MAX]);

/* Whether a question was written with EDNS. */
bool bs_dns_query_has_edns(const uint8_t *query);

/* How a message relates to a question that bs_dns_query_write() wrote. */
enum bs_dns_fit bs_dns_query_fit(const uint8_t *query, const uint8_t *message,
    size_t len);

#endif
