/* DESIGN §5, "guessing and probing": who tries tags and recipients in vain.
 *
 * A table of a fixed size, in memory alone: a restart forgives. */
#ifndef BS_JUDGE_PROBE_LIMIT_H
#define BS_JUDGE_PROBE_LIMIT_H

#include <stdint.h>

#include "common/base/backstop.h"

#define BS_LIMITS_CLIENTS 4096

struct bs_probe_limit;

/* Makes an empty table. Returns NULL without memory. */
struct bs_probe_limit *bs_probe_limit_new(void);
void bs_probe_limit_free(struct bs_probe_limit *limits); /* takes NULL */

/* Counts an attempt of a client (an address as on the wire) as of now
 * (epoch seconds). What is no address is not counted. */
void bs_probe_limit_count(struct bs_probe_limit *limits, const char *client,
    int64_t now);

/* Attempts of a client within the last hour, about: those of the clock's last
 * full hour are taken to be spread evenly. An address of IPv6 stands for its
 * /64. */
unsigned bs_probe_limit_attempts(const struct bs_probe_limit *limits,
    const char *client, int64_t now);

#endif
