/* The configuration and the keyring as the engine uses them, and how they are
 * read again. */
#ifndef BS_ENGINE_SETTINGS_H
#define BS_ENGINE_SETTINGS_H

#include <stdbool.h>
#include <sys/stat.h>

#include "common/base/backstop.h"
#include "common/config/accepted.h"
#include "common/config/config.h"
#include "common/keys/keyring.h"
#include "common/engine/state_folder.h"

/* Set up by the first two alone; the rest all zero. */
struct bs_settings {
	const char *config_path;
	struct bs_config *config; /* owned */
	struct bs_state_folder_paths paths;
	struct bs_keyring keyring;
	struct stat keyring_stat;
	bool keyring_looked_for;
	struct bs_accepted accepted;
	struct stat accepted_stat;
};

/* Takes a keyring, or a file of what was accepted by hand, that was replaced;
 * one that cannot be read leaves the old one in force. */
void bs_settings_refresh(struct bs_settings *settings);

/* Reads the configuration; a bad file leaves the old one in force. Returns 0
 * or -errno. */
BS_MUST_USE int bs_settings_reload(struct bs_settings *settings);

/* Frees the configuration and wipes the keys. */
void bs_settings_free(struct bs_settings *settings);

#endif
