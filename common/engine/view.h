/* What judging may read: settings, keys, and the memory of what was sent.
 *
 * The engine's view has what is not yet committed; the command line's has
 * what the store holds. */
#ifndef BS_VIEW_H
#define BS_VIEW_H

#include <stdint.h>

#include "common/backstop.h"
#include "common/engine/config.h"
#include "common/engine/keyring.h"
#include "common/engine/mac.h"
#include "common/engine/meta.h"
#include "common/engine/store.h"

/* All borrowed. */
struct bs_view {
	const struct bs_config *config;
	const struct bs_keyring *keyring;
	const struct bs_meta *meta;
	const uint8_t *store_key; /* BS_STORE_KEY_LEN octets */

	/* As bs_store_get(); -ENODEV without a store. */
	int (*get)(const void *context, struct bs_entry *entry);
	const void *context;
};

#endif
