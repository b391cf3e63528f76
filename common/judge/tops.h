/* Who is counted in the top tables: networks, hosts and users of bounces that
 * were not ours, and domains that failed SPF. */
#ifndef BS_JUDGE_TOPS_H
#define BS_JUDGE_TOPS_H

#include "common/judge/case.h"

/* A bounce was refused, or is forged: where it came from, who made it, and whom
 * it hit. */
void bs_tops_note_bounce(const struct bs_case *question,
    const struct bs_known *known);

/* SPF said fail for a domain. */
void bs_tops_note_spf(const struct bs_case *question, const char *domain);

/* The network of a client that stands for all of whom it belongs to: 24 bits of
 * IPv4, 48 of IPv6. Returns 0, or -EINVAL where it is no address. */
#define BS_NETWORK_MAX 64
BS_MUST_USE int bs_tops_network(const char *client,
    char out[static BS_NETWORK_MAX]);

#endif
