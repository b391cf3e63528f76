/* What judging may read: settings, keys, and the memory of what was sent.
 *
 * The engine's view has what is not yet committed; the command line's has
 * what the store holds. */
#ifndef BS_JUDGE_VIEW_H
#define BS_JUDGE_VIEW_H

#include <stddef.h>
#include <stdint.h>

#include "common/base/backstop.h"
#include "common/config/config.h"
#include "common/keys/keyring.h"
#include "common/keys/mac.h"
#include "common/store/hashes.h"
#include "common/store/meta.h"
#include "common/store/lmdb.h"
#include "common/mail/address.h"
#include "common/store/record.h"

/* All borrowed. */
struct bs_view {
	const struct bs_config *config;
	const struct bs_keyring *keyring;
	const struct bs_meta *meta; /* all zero without a store */
	const uint8_t *store_key;   /* BS_STORE_KEY_LEN octets */
	struct bs_hashes *hashes;   /* by that key; NULL: none kept */

	/* As bs_store_get(); -ENODEV without a store. */
	int (*get)(const void *context, struct bs_entry *entry);
	/* The entry behind a key, in its place; what is not yet on disk may
	 * be missing. Else as get. */
	int (*next)(const void *context, struct bs_entry *entry);
	const void *context;
};

/* Get and next of a view of an open store alone. Context points at a pointer to
 * that store. */
BS_MUST_USE int bs_view_get_stored(const void *context, struct bs_entry *entry);
BS_MUST_USE int bs_view_next_stored(const void *context,
    struct bs_entry *entry);

/* The store's hash of a text in its canonical form. */
void bs_view_hash(const struct bs_view *view, const char *text, size_t len,
    uint8_t out[static BS_RECORD_HASH]);

/* The same of an address, and of a domain as the records of domains have it.
 * Return 0, or -EMSGSIZE. */
BS_MUST_USE int bs_view_hash_address(const struct bs_view *view,
    const struct bs_address *address, uint8_t out[static BS_RECORD_HASH]);
BS_MUST_USE int bs_view_hash_domain(const struct bs_view *view,
    const char *domain, size_t len, uint8_t out[static BS_RECORD_HASH]);

/* Look a record up. Return 0, BS_STORE_ABSENT (*out is all zero then), or
 * -errno, -EBADMSG for a damaged one. bs_view_msg_day() finds the first day
 * from a day on that has messages. */
BS_MUST_USE int bs_view_tag(const struct bs_view *view,
    const struct bs_tag_key *key, struct bs_tag_record *out);
BS_MUST_USE int bs_view_msg(const struct bs_view *view,
    const struct bs_msg_key *key, struct bs_msg_record *out);
BS_MUST_USE int bs_view_msg_day(const struct bs_view *view, uint32_t from,
    uint32_t *day);
BS_MUST_USE int bs_view_sender(const struct bs_view *view,
    const uint8_t who[static BS_RECORD_HASH], struct bs_sender_record *out);

#endif
