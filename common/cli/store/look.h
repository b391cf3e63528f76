/* What the store says of itself, for subcommands that show it or judge by it.
 */
#ifndef BS_CLI_STORE_LOOK_H
#define BS_CLI_STORE_LOOK_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/backstop.h"
#include "common/config/config.h"
#include "common/store/lmdb.h"
#include "common/store/meta.h"

struct bs_look {
	struct bs_store_stat stat;
	struct bs_meta meta;
};

/* Looks. Returns 0 or -errno (-ENOENT: no store yet). */
BS_MUST_USE int bs_look_at_store(const struct bs_config *config,
    struct bs_look *out);

/* Whether the clock as the store remembers it disagrees with now. */
bool bs_look_doubts_clock(const struct bs_look *look, int64_t now);

/* The lifetime to judge by: the configured one, or a longer one that the store
 * remembers. */
unsigned bs_look_for_lifetime(const struct bs_config *config, int64_t now);

#endif
