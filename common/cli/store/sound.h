/* Whether the texts of a backup are what the engine would read: asked before
 * one is written, and before one is put back. */
#ifndef BS_CLI_STORE_SOUND_H
#define BS_CLI_STORE_SOUND_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/backstop.h"
#include "common/base/fault.h"
#include "common/cli/store/parts.h"
#include "common/config/read.h"
#include "common/keys/mac.h"

/* All zero at first. */
struct bs_sound {
	struct bs_config *config; /* owned */
	uint8_t store_key[BS_STORE_KEY_LEN];
	bool has_active; /* a key signs */
	/* what is wrong */
	enum bs_part bad;
	struct bs_fault fault;
};

/* Reads them; each mistake of the configuration is reported. Returns 0;
 * -EUCLEAN with bad and fault set; or -ENOMEM. */
BS_MUST_USE int bs_sound_check(const struct bs_parts *parts,
    struct bs_sound *out, bs_config_report *report, void *context);

/* Says on standard error that no key signs, where none does. */
void bs_sound_warn(const struct bs_sound *sound);

/* Wipes and frees what it holds. */
void bs_sound_end(struct bs_sound *sound);

#endif
