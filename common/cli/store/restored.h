/* What the two ways to restore a store share beside common/cli/store/place.h.
 */
#ifndef BS_CLI_STORE_RESTORED_H
#define BS_CLI_STORE_RESTORED_H

#include <stdint.h>

#include "common/base/backstop.h"
#include "common/cli/cli.h"
#include "common/config/config.h"
#include "common/keys/day.h"

/* The clock to restore with: that of the store which is there now, if it
 * believes today. A copy that is weeks old would doubt it. Returns out, or
 * NULL. */
const struct bs_clock *bs_restored_clock(const struct bs_config *config,
    int64_t now, struct bs_clock *out);

/* Complains about a store that was not restored. Returns the exit status. */
int bs_restored_complain(const struct bs_call *call, const char *file,
    const char *folder, int rc);

/* Complains that an engine holds the store. Returns the exit status. */
int bs_restored_busy(const struct bs_call *call, const char *folder);

/* Opens what is to be restored: a file, and nothing that has no end or makes
 * the program wait. Returns a descriptor, or an exit status, negated, after the
 * complaint. */
int bs_restored_open(const char *file);

#endif
