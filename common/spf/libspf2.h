/* libspf2: one check, run against answers of DNS that are known. */
#ifndef BS_SPF_LIBSPF2_H
#define BS_SPF_LIBSPF2_H

#include <stdint.h>

#include "common/base/backstop.h"
#include "common/policy/spf_words.h"
#include "common/spf/run.h"

struct bs_libspf2;

/* bs_libspf2_check(): an answer was not known; run it again once it is. */
#define BS_LIBSPF2_MISSING 1

/* The same, but only for the explanation: *out is set but for that. */
#define BS_LIBSPF2_EXPLAINING 2

/* Returns NULL without memory. For one process, which libspf2 may end by
 * abort(). */
struct bs_libspf2 *bs_libspf2_new(void);

/* Takes NULL. */
void bs_libspf2_free(struct bs_libspf2 *libspf2);

/* Checks as of now (epoch seconds). lookup is called with context for each
 * answer that is needed. Returns 0 with *out set, but for what it costs in
 * queries and time; or one of the above after lookup gave none. */
BS_MUST_USE int bs_libspf2_check(struct bs_libspf2 *libspf2,
    const struct bs_spf_query *query, int64_t now, bs_spf_lookup *lookup,
    void *context, struct bs_spf_finding *out);

#endif
