/* Who tries tags and recipients in the name of bounces has to wait: a client
 * that guesses tags or harvests addresses is deferred for an hour.
 *
 * The attempts are counted in a table of a fixed size, in memory alone: a
 * restart forgives. */
#ifndef BS_JUDGE_PROBE_H
#define BS_JUDGE_PROBE_H

#include <stdint.h>

#include "common/adapter/wire.h"
#include "common/judge/case.h"

#define BS_PROBE_CLIENTS 4096

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

/* How many clients are beyond a limit, which is not 0. */
unsigned bs_probe_limit_beyond(const struct bs_probe_limit *limits,
    unsigned limit, int64_t now);

/* Ops rcpt and data, once the verdict is there: counts a guess, and defers what
 * a client beyond the limit asks in the name of a bounce, unless its tag is
 * valid. */
void bs_judge_probe(const struct bs_case *question, struct bs_answer *answer,
    struct bs_judgement *judgement);

/* Op sent: the host refused a recipient, which counts as an attempt. */
void bs_judge_refused(const struct bs_case *question);

#endif
