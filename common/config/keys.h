/* The keys of backstop.conf before the first section and in [domain NAME]: one
 * table; and how a key of any section is set. */
#ifndef BS_CONFIG_KEYS_H
#define BS_CONFIG_KEYS_H

#include <stdbool.h>
#include <stddef.h>

#include "common/config/values.h"

extern const struct bs_config_key bs_config_keys[];
extern const size_t bs_config_key_count;

/* Sets a key from the text after its '=', or adds a continuation line to a
 * list. Mistakes are reported. */
void bs_config_set(struct bs_config_reader *reader,
    const struct bs_config_key *key, const char *value, bool continued);

/* Sets every key of every section to its fallback. */
void bs_config_set_fallbacks(struct bs_config_reader *reader);

#endif
