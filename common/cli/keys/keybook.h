/* The keyring in the hands of a subcommand: locked, changed, saved, shown. */
#ifndef BS_CLI_KEYS_KEYBOOK_H
#define BS_CLI_KEYS_KEYBOOK_H

#include "common/cli/cli.h"
#include "common/cli/load.h"

struct bs_keybook {
	struct bs_config *config;
	struct bs_state_folder_paths paths;
	struct bs_keyring keyring;
	int64_t now;
	unsigned
	    lifetime_days; /* to judge by: tags may be older than the file */
	int lock;	   /* -1: only to read */
	char why[BS_KEYRING_WHY]; /* bs_keybook_look(): what is wrong with the
				   * keyring, or empty */
};

/* Opens it, locked against other writers if it is to be written. Returns 0,
 * or an exit status after the complaint; close it in any case. */
BS_MUST_USE int bs_keybook_open(const struct bs_call *call, bool to_write,
    struct bs_keybook *out);

/* Opens it to show it, with no keys where the keyring is lost or damaged. Where
 * only root may read it, or nothing was ever made, it returns an exit status
 * after the complaint. */
BS_MUST_USE int bs_keybook_look(const struct bs_call *call,
    struct bs_keybook *out);

/* Wipes the secrets and unlocks. */
void bs_keybook_close(struct bs_keybook *book);

/* Writes the keyring. Returns 0 or an exit status after the complaint. */
BS_MUST_USE int bs_keybook_save(const struct bs_keybook *book);

/* Where a new key comes from: one of the day on which the keyring was lost
 * and remade may bear the number of a lost one. */
enum bs_key_origin bs_keybook_origin(const struct bs_keybook *book);

/* A free number (the given one, if it is not -1), or -1 after the complaint
 * that says which is free or when one will be. */
int bs_keybook_number(const struct bs_keybook *book, int wanted);

/* A key as an object, without its secret. */
struct bs_json *bs_keybook_json(const struct bs_key *key);

/* "-" (not as it stands), "now", or the time from which a key can go; may use
 * out, of BS_TIME_TEXT octets. */
const char *bs_keybook_purge_text(const struct bs_keybook *book,
    const struct bs_key *key, char *out);

#endif
