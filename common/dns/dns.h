/* Questions to DNS servers, many at a time. */
#ifndef BS_DNS_DNS_H
#define BS_DNS_DNS_H

#include <stddef.h>
#include <stdint.h>

#include "common/base/backstop.h"
#include "common/dns/servers.h"
#include "common/dns/reply.h"

struct bs_dns;
struct event_base;

/* Told once of each question, from the loop or from bs_dns_free(). The answer
 * lives until it returns. */
typedef void bs_dns_done(void *context, const struct bs_dns_answer *answer);

/* A resolver in a loop. servers are "address", "address:port" or "[v6]:port",
 * with commas between them; empty: the system's, with its options. timeout_ms
 * is for the first try, if these say nothing.
 * Returns 0 with *out set, or -errno (-EINVAL: a server that cannot be read).
 */
BS_MUST_USE int bs_dns_new(struct event_base *base, const char *servers,
    unsigned timeout_ms, struct bs_dns **out);

/* Ends every question as failed. Takes NULL. */
void bs_dns_free(struct bs_dns *dns);

/* Asks. done may be called before it returns. A text that is no domain
 * name has the answer BS_DNS_NO_NAME. */
void bs_dns_ask(struct bs_dns *dns, const char *name, enum bs_dns_type type,
    bs_dns_done *done, void *context);

/* The ports of the servers that are asked. Returns how many. */
size_t bs_dns_ports(const struct bs_dns *dns,
    uint16_t out[static BS_DNS_SERVERS_MAX]);

#endif
