/* The state folder: the names in it, how it is made, and who owns what. */
#ifndef BS_ENGINE_STATE_FOLDER_H
#define BS_ENGINE_STATE_FOLDER_H

#include <limits.h>
#include <stdint.h>
#include <sys/types.h>

#include "common/base/backstop.h"
#include "common/config/config.h"
#include "common/keys/keyring.h"
#include "common/keys/mac.h"

struct bs_state_folder_paths {
	char accepted[PATH_MAX];
	char keyring[PATH_MAX];
	char store_key[PATH_MAX];
	char store[PATH_MAX];
};

/* Returns 0 or -ENAMETOOLONG. */
BS_MUST_USE int bs_state_folder_paths(const char *state,
    struct bs_state_folder_paths *out);

/* Locks the state folder against others who change keys, waiting for them.
 * Sets *out to a descriptor; closing it unlocks. Returns 0 or -errno. */
BS_MUST_USE int bs_state_folder_lock(const char *state, int *out);

/* Makes what is missing of the state folder: the folders with their owners
 * and modes, the store key, a keyring with one active key (a random number
 * for number -1). A key made where a store key or store was there already is
 * BS_KEY_REMADE. Makes the folder of filters, too. Sets *made_key to its
 * number, or -1 if there was a keyring. Returns 0, or -errno with *fault set.
 */
BS_MUST_USE int bs_state_folder_init(const struct bs_config *config, int number,
    int64_t now, int *made_key, struct bs_fault *fault);

/* Makes the folders alone, with their owners and modes. Returns 0, or -errno
 * with *fault set. */
BS_MUST_USE int bs_state_folder_make(const struct bs_config *config,
    struct bs_fault *fault);

/* Reads the text of store.key. Returns 0 or -EINVAL. */
BS_MUST_USE int bs_state_folder_parse_key(const char *text, size_t len,
    uint8_t out[static BS_STORE_KEY_LEN]);

/* Reads store.key, with the keyring's rules for its mode. Returns 0, or
 * -errno with *fault set (its text does not name the path). */
BS_MUST_USE int bs_state_folder_store_key(const char *path,
    uint8_t out[static BS_STORE_KEY_LEN], struct bs_fault *fault);

/* The group of the configured user, for files that it may read; (gid_t)-1
 * where we are not root. Returns 0, or -ENOENT with *fault set. */
BS_MUST_USE int bs_state_folder_group(const struct bs_config *config,
    gid_t *out, struct bs_fault *fault);

#endif
