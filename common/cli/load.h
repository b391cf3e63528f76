/* What most subcommands begin with: configuration, keyring, an address. */
#ifndef BS_CLI_LOAD_H
#define BS_CLI_LOAD_H

#include <limits.h>

#include "common/base/backstop.h"
#include "common/cli/cli.h"

/* The exit status of a negative errno. */
int bs_exit_of(int rc);

/* Load the configuration and the keyring that call and config name. They
 * return 0, or an exit status after the complaint. */
BS_MUST_USE int bs_load_config(const struct bs_call *call,
    struct bs_config **out);
BS_MUST_USE int bs_load_keyring(const struct bs_config *config,
    struct bs_keyring *out);

/* As bs_load_keyring(), but the complaint, or a warning, is written to why;
 * empty where there is none. */
#define BS_KEYRING_WHY (PATH_MAX + 300)
BS_MUST_USE int bs_read_keyring(const struct bs_config *config,
    struct bs_keyring *out, char why[static BS_KEYRING_WHY]);

/* What is wrong with a store.key, and what to do. */
struct bs_store_key_fault {
	char what[PATH_MAX + 120];
	char fix[PATH_MAX + 120];
};

/* Whether store.key can be read as a key. Returns 0, or -errno with *fault set:
 * -EACCES or -EPERM where its mode or owner is wrong. */
int bs_check_store_key(const char *path, struct bs_store_key_fault *fault);

/* Reads an address that has a local part. Returns 0 or an exit status after
 * the complaint. */
BS_MUST_USE int bs_load_address(const char *text, struct bs_address *out);

#endif
