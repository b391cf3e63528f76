/* The life of a key, and what a tag is worth. */
#include <errno.h>
#include <string.h>

#include "common/keys/keyring.h"
#include "common/keys/mac.h"
#include "common/keys/day.h"

void
bs_keyring_wipe(struct bs_keyring *keyring)
{
	bs_mac_wipe(keyring, sizeof(*keyring));
}

const struct bs_key *
bs_keyring_active(const struct bs_keyring *keyring)
{
	for (size_t i = 0; i < keyring->count; i++)
		if (keyring->keys[i].state == BS_KEY_ACTIVE)
			return &keyring->keys[i];
	return NULL;
}

const struct bs_key *
bs_keyring_find(const struct bs_keyring *keyring, unsigned number)
{
	for (size_t i = 0; i < keyring->count; i++)
		if (keyring->keys[i].number == number)
			return &keyring->keys[i];
	return NULL;
}

/* As bs_keyring_find(), to change what is found. */
static struct bs_key *
find(struct bs_keyring *keyring, unsigned number)
{
	return (struct bs_key *)bs_keyring_find(keyring, number);
}

int
bs_keyring_free_number(const struct bs_keyring *keyring)
{
	unsigned free_numbers[BS_KEY_NUMBERS];
	unsigned count = 0;
	uint64_t draw;

	for (unsigned number = 0; number < BS_KEY_NUMBERS; number++)
		if (bs_keyring_find(keyring, number) == NULL)
			free_numbers[count++] = number;
	if (count == 0 || bs_mac_random(&draw, sizeof(draw)) != 0)
		return -1;
	return (int)free_numbers[draw % count];
}

static bool
is_imported(const struct bs_key *key)
{
	return key->origin != BS_KEY_MADE && key->origin != BS_KEY_REMADE;
}

int64_t
bs_key_purge_time(const struct bs_key *key, unsigned lifetime_days)
{
	if (key->state == BS_KEY_PENDING || key->state == BS_KEY_ACTIVE)
		return -1;
	/* an imported key may have signed elsewhere before it was imported */
	if (key->activated == 0 && !is_imported(key))
		return 0;
	return ((int64_t)bs_day_of(key->retired) +
		   bs_day_window(lifetime_days) + 1) *
	       BS_DAY_SECONDS;
}

int
bs_keyring_add(struct bs_keyring *keyring, unsigned number,
    enum bs_key_origin origin, const uint8_t *secret, size_t secret_len,
    int64_t now)
{
	size_t at = 0;
	struct bs_key *key;

	if (number >= BS_KEY_NUMBERS || secret_len == 0 ||
	    secret_len > BS_KEY_SECRET_MAX)
		return -EINVAL;
	if (bs_keyring_find(keyring, number) != NULL)
		return -EEXIST;
	while (at < keyring->count && keyring->keys[at].number < number)
		at++;
	key = &keyring->keys[at];
	memmove(key + 1, key, (keyring->count - at) * sizeof(*key));
	keyring->count++;
	memset(key, 0, sizeof(*key));
	key->number = number;
	key->state = BS_KEY_PENDING;
	key->origin = origin;
	key->created = now;
	key->secret_len = secret_len;
	memcpy(key->secret, secret, secret_len);
	return 0;
}

int
bs_keyring_make(struct bs_keyring *keyring, unsigned number,
    enum bs_key_origin origin, int64_t now)
{
	uint8_t secret[BS_KEY_SECRET_NEW];
	int rc;

	if ((rc = bs_mac_random(secret, sizeof(secret))) != 0)
		return rc;
	rc = bs_keyring_add(keyring, number, origin, secret, sizeof(secret),
	    now);
	bs_mac_wipe(secret, sizeof(secret));
	return rc;
}

int
bs_keyring_activate(struct bs_keyring *keyring, unsigned number, int64_t now)
{
	struct bs_key *next = find(keyring, number);
	const struct bs_key *active = bs_keyring_active(keyring);
	struct bs_key *last;

	if (next == NULL)
		return -ENOENT;
	if (next->origin == BS_KEY_VERIFY_ONLY)
		return -EPERM;
	if (next->state != BS_KEY_PENDING)
		return -EBUSY;
	if (active != NULL) {
		last = find(keyring, active->number);
		last->state = BS_KEY_VERIFY;
		last->retired = now;
	}
	next->state = BS_KEY_ACTIVE;
	next->activated = now;
	return 0;
}

int
bs_keyring_revoke(struct bs_keyring *keyring, unsigned number, int64_t now)
{
	struct bs_key *key = find(keyring, number);

	if (key == NULL)
		return -ENOENT;
	if (key->state == BS_KEY_ACTIVE || key->state == BS_KEY_REVOKED)
		return -EBUSY;
	key->state = BS_KEY_REVOKED;
	if (key->retired == 0)
		key->retired = now;
	return 0;
}

int
bs_keyring_purge(struct bs_keyring *keyring, unsigned number, int64_t now,
    unsigned lifetime_days)
{
	struct bs_key *key = find(keyring, number);
	struct bs_key *end = keyring->keys + keyring->count;
	int64_t due;

	if (key == NULL)
		return -ENOENT;
	due = bs_key_purge_time(key, lifetime_days);
	if (due < 0 || now < due)
		return -EBUSY;
	memmove(key, key + 1, (size_t)(end - (key + 1)) * sizeof(*key));
	keyring->count--;
	bs_mac_wipe(end - 1, sizeof(*key));
	return 0;
}

int
bs_keyring_lend(struct bs_keyring *keyring, unsigned number, int64_t now)
{
	struct bs_key *key = find(keyring, number);

	if (key == NULL)
		return -ENOENT;
	if (key->lent == 0)
		key->lent = now;
	key->returned = 0;
	return 0;
}

int
bs_keyring_unlend(struct bs_keyring *keyring, unsigned number, int64_t since)
{
	struct bs_key *key = find(keyring, number);

	if (key == NULL)
		return -ENOENT;
	if (key->lent == 0)
		return -EBUSY;
	if (since <= 0)
		return -EINVAL;
	key->returned = since;
	return 0;
}

bool
bs_key_is_lent(const struct bs_key *key, unsigned lifetime_days, uint32_t today)
{
	int64_t end = key->returned;

	if (key->lent == 0)
		return false;
	if (end == 0 && key->state == BS_KEY_REVOKED)
		end = key->retired;
	return end == 0 ||
	       today <= bs_day_of(end) + bs_day_window(lifetime_days);
}

void
bs_keyring_keep(struct bs_keyring *keyring, const struct bs_keyring *before,
    int64_t now)
{
	struct bs_key *key;

	for (size_t i = 0; i < before->count; i++) {
		const struct bs_key *old = &before->keys[i];
		bool has_active = bs_keyring_active(keyring) != NULL;

		if (bs_keyring_add(keyring, old->number, old->origin,
			old->secret, old->secret_len, old->created) != 0)
			continue;
		key = find(keyring, old->number);
		*key = *old;
		if (key->state == BS_KEY_ACTIVE && has_active) {
			key->state = BS_KEY_VERIFY;
			key->retired = now;
		}
	}
}

static const char *const state_names[] = {
    [BS_KEY_PENDING] = "pending",
    [BS_KEY_ACTIVE] = "active",
    [BS_KEY_VERIFY] = "verify",
    [BS_KEY_REVOKED] = "revoked",
};

static const char *const origin_names[] = {
    [BS_KEY_MADE] = "made",
    [BS_KEY_REMADE] = "remade",
    [BS_KEY_EXIM] = "exim",
    [BS_KEY_BATV_TOOLS] = "batv-tools",
    [BS_KEY_SHARED] = "shared",
    [BS_KEY_VERIFY_ONLY] = "verify-only",
};

const char *
bs_key_state_name(enum bs_key_state state)
{
	return state_names[state];
}

const char *
bs_key_origin_name(enum bs_key_origin origin)
{
	return origin_names[origin];
}

/* Returns 0 or -EMSGSIZE. */
static int
mac_of(const struct bs_key *key, const struct bs_tag *tag, bool as_is,
    uint8_t out[static BS_TAG_MAC_LEN])
{
	char input[BS_TAG_INPUT_MAX];
	int len = bs_tag_mac_input(tag, as_is, input);

	if (len < 0)
		return len;
	bs_mac_tag(key->secret, key->secret_len, input, (size_t)len, out);
	return 0;
}

int
bs_keyring_sign(const struct bs_keyring *keyring, struct bs_tag *tag,
    uint32_t today, unsigned lifetime_days)
{
	const struct bs_key *key = bs_keyring_active(keyring);

	if (key == NULL)
		return -ENOKEY;
	tag->key = key->number;
	tag->digits = (today + lifetime_days) % 1000;
	return mac_of(key, tag, false, tag->mac);
}

static bool
fits(const struct bs_key *key, const struct bs_tag *tag, bool as_is)
{
	uint8_t mac[BS_TAG_MAC_LEN];

	return mac_of(key, tag, as_is, mac) == 0 &&
	       bs_mac_equal(mac, tag->mac, sizeof(mac));
}

void
bs_keyring_mark_restored(struct bs_keyring *keyring, int64_t made, int64_t now)
{
	uint32_t from = bs_day_of(made < now ? made : now);
	uint32_t to = bs_day_of(made < now ? now : made);

	if (keyring->restored_to == 0 || from < keyring->restored_from)
		keyring->restored_from = from;
	if (to > keyring->restored_to)
		keyring->restored_to = to;
}

/* Whether the key, and no other of its number, was here on all of the day on
 * which a tag that expires on the given day was signed. */
static bool
was_here(const struct bs_keyring *keyring, const struct bs_key *key,
    uint32_t expiry, unsigned lifetime_days)
{
	uint32_t created = bs_day_of(key->created);
	uint32_t signing = expiry - lifetime_days;

	if (keyring->restored_to != 0 && signing >= keyring->restored_from &&
	    signing <= keyring->restored_to)
		return false;
	if (key->origin == BS_KEY_REMADE)
		return created < signing;
	return created <= signing;
}

/* By how many days a clock that signed may have been ahead. */
#define AHEAD_DAYS 30

/* Whether digits that are read as a day of long ago may mean one that is yet to
 * come, as a clock had leapt ahead unnoticed when the tag was signed. */
static bool
may_be_ahead(uint32_t expiry, uint32_t today, unsigned lifetime_days)
{
	return expiry + BS_DAY_TURN <=
	       today + lifetime_days + BS_SKEW_DAYS + AHEAD_DAYS;
}

/* What a right MAC on a tag of long ago is worth. Signed on a day that is yet
 * to come, or before its key was made, it was by a wrong clock: nobody knows
 * how old it is. An imported key signed elsewhere before it came here. */
static enum bs_tag_fact
worth_of_old(const struct bs_keyring *keyring, const struct bs_key *key,
    uint32_t expiry, uint32_t today, unsigned lifetime_days)
{
	if (may_be_ahead(expiry, today, lifetime_days) ||
	    (!is_imported(key) &&
		!was_here(keyring, key, expiry, lifetime_days)))
		return BS_TAG_UNKNOWN;
	return BS_TAG_STALE;
}

uint32_t
bs_keyring_expiry(const struct bs_keyring *keyring, const struct bs_tag *tag,
    uint32_t today, unsigned lifetime_days)
{
	const struct bs_key *key = bs_keyring_find(keyring, tag->key);
	uint32_t day = bs_day_expand(tag->digits, today, lifetime_days);

	if (key == NULL || day >= today)
		return day;
	if (may_be_ahead(day, today, lifetime_days) ||
	    (today - day > BS_DAY_TURN / 2 && !is_imported(key) &&
		!was_here(keyring, key, day, lifetime_days)))
		return day + BS_DAY_TURN;
	return day;
}

enum bs_tag_fact
bs_keyring_verify(const struct bs_keyring *keyring, const struct bs_tag *tag,
    uint32_t today, unsigned lifetime_days)
{
	const struct bs_key *key = bs_keyring_find(keyring, tag->key);
	uint32_t expiry;

	if (key == NULL || key->state == BS_KEY_REVOKED)
		return BS_TAG_UNKNOWN;
	expiry = bs_day_expand(tag->digits, today, lifetime_days);
	/* Exim's own recipe does not fold case before it signs */
	if (!fits(key, tag, false) &&
	    !(is_imported(key) && fits(key, tag, true)))
		return was_here(keyring, key, expiry, lifetime_days)
			   ? BS_TAG_BAD
			   : BS_TAG_UNKNOWN;
	switch (bs_day_state(tag->digits, today, lifetime_days)) {
	case BS_DAY_CURRENT:
		return BS_TAG_VALID;
	case BS_DAY_GRACE:
		return BS_TAG_GRACE;
	case BS_DAY_STALE:
		break;
	}
	return worth_of_old(keyring, key, expiry, today, lifetime_days);
}
