/* The keyring: the life of a key, and what a tag is worth. */
#ifndef BS_KEYS_KEYRING_H
#define BS_KEYS_KEYRING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/backstop.h"
#include "common/policy/bounce.h"
#include "common/keys/tag.h"

#define BS_KEY_NUMBERS 10
#define BS_KEY_SECRET_MAX 256 /* octets; a batv-tools key file may be long */
#define BS_KEY_SECRET_NEW 32  /* octets of a secret that we make */

enum bs_key_state {
	BS_KEY_PENDING,
	BS_KEY_ACTIVE,
	BS_KEY_VERIFY,
	BS_KEY_REVOKED
};

/* Where a secret comes from. */
enum bs_key_origin {
	BS_KEY_MADE,   /* made here; no earlier tag has its number */
	BS_KEY_REMADE, /* made here after a keyring was lost: a tag of that day
			* may have the number of a lost key */
	BS_KEY_EXIM,   /* imported: it may have signed an address in capitals as
			* it stood */
	BS_KEY_BATV_TOOLS,
	BS_KEY_SHARED,	    /* exported by another Backstop */
	BS_KEY_VERIFY_ONLY, /* the same, to be verified with and no more */
};

/* Times are epoch seconds, 0 for what has not happened yet. */
struct bs_key {
	unsigned number;
	enum bs_key_state state;
	enum bs_key_origin origin;
	int64_t created;
	int64_t activated;
	int64_t retired;
	int64_t lent;	  /* exported to somebody who may sign with it */
	int64_t returned; /* ... who no longer does so since then */
	size_t secret_len;
	uint8_t secret[BS_KEY_SECRET_MAX];
};

/* Holds secrets: wipe with bs_keyring_wipe(). Sorted by number. */
struct bs_keyring {
	size_t count;
	unsigned damaged; /* the first line of its file that failed its check;
			   * that key is missing. 0: none */
	uint32_t restored_from; /* days in which there were keys that it does */
	uint32_t restored_to;	/* not know, as it is an old copy. 0: none */
	struct bs_key keys[BS_KEY_NUMBERS];
};

/* Wipes the secrets. */
void bs_keyring_wipe(struct bs_keyring *keyring);

/* Views into the keyring, or NULL. */
const struct bs_key *bs_keyring_active(const struct bs_keyring *keyring);
const struct bs_key *bs_keyring_find(const struct bs_keyring *keyring,
    unsigned number);

/* A free number at random, or -1 where there is none. */
int bs_keyring_free_number(const struct bs_keyring *keyring);

/* What a damaged keyring lacks is kept from the one before, but for a second
 * active key: that one verifies. */
void bs_keyring_keep(struct bs_keyring *keyring,
    const struct bs_keyring *before, int64_t now);

/* The keyring is a copy, made then and put back now. Of a tag that was signed
 * in between nobody can say that its key was not here. */
void bs_keyring_mark_restored(struct bs_keyring *keyring, int64_t made,
    int64_t now);

/* Whether somebody else may sign with this key, or has done so lately enough
 * that such mail may bounce now. */
bool bs_key_is_lent(const struct bs_key *key, unsigned lifetime_days,
    uint32_t today);

/* From when on a key may be purged, in epoch seconds: after the last day on
 * which a tag of it may be judged. 0: at once, as it never signed; -1: not in
 * its state (pending or active). */
int64_t bs_key_purge_time(const struct bs_key *key, unsigned lifetime_days);

/* Change the keyring in memory. They return 0, or -EEXIST (the number is used),
 * -ENOENT (there is no such key), -EBUSY (not in this state, or not yet),
 * -EPERM (it is only to verify), -EINVAL (no such number, time, or length of a
 * secret), or an error of getrandom(2). */
BS_MUST_USE int bs_keyring_add(struct bs_keyring *keyring, unsigned number,
    enum bs_key_origin origin, const uint8_t *secret, size_t secret_len,
    int64_t now);
BS_MUST_USE int bs_keyring_make(struct bs_keyring *keyring, unsigned number,
    enum bs_key_origin origin, int64_t now);
BS_MUST_USE int bs_keyring_activate(struct bs_keyring *keyring, unsigned number,
    int64_t now);
BS_MUST_USE int bs_keyring_revoke(struct bs_keyring *keyring, unsigned number,
    int64_t now);
BS_MUST_USE int bs_keyring_purge(struct bs_keyring *keyring, unsigned number,
    int64_t now, unsigned lifetime_days);

/* Notes that the key was exported to somebody who may sign with it, or that he
 * has not done so since a time. A key that is not lent: -EBUSY. */
BS_MUST_USE int bs_keyring_lend(struct bs_keyring *keyring, unsigned number,
    int64_t now);
BS_MUST_USE int bs_keyring_unlend(struct bs_keyring *keyring, unsigned number,
    int64_t since);

/* "pending", "active", "verify", "revoked"; "made", "remade", "exim",
 * "batv-tools", "shared", "verify-only". */
const char *bs_key_state_name(enum bs_key_state state);
const char *bs_key_origin_name(enum bs_key_origin origin);

/* Signs: fills tag->key, digits and mac for tag->plain and tag->form with the
 * active key. Returns 0, -ENOKEY, or -EMSGSIZE. */
BS_MUST_USE int bs_keyring_sign(const struct bs_keyring *keyring,
    struct bs_tag *tag, uint32_t today, unsigned lifetime_days);

/* What a tag of our form is worth: BS_TAG_VALID, GRACE, STALE, BAD or UNKNOWN
 * (backstop(7)). It is BAD or STALE only if the key was here on the day on
 * which the tag was signed. */
enum bs_tag_fact bs_keyring_verify(const struct bs_keyring *keyring,
    const struct bs_tag *tag, uint32_t today, unsigned lifetime_days);

/* The day on which a tag of our form expires: of those that its digits may
 * mean, one on which its key can have signed it. */
uint32_t bs_keyring_expiry(const struct bs_keyring *keyring,
    const struct bs_tag *tag, uint32_t today, unsigned lifetime_days);

#endif
