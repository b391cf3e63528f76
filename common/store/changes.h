/* Changes that the store has yet to learn, one a record, merged as they come.
 */
#ifndef BS_STORE_CHANGES_H
#define BS_STORE_CHANGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/backstop.h"
#include "common/store/lmdb.h"
#include "common/store/record.h"

/* What to add to a record. Numbers add up; of days and times the earliest
 * first and the latest last stay. Of table meta it is a tally. */
struct bs_change {
	enum bs_table table;
	size_t key_len;
	uint8_t key[BS_RECORD_KEY_MAX];
	union {
		struct bs_tag_record tag;
		struct bs_msg_record msg;
		struct bs_sender_record sender;
		struct bs_tally_record tally;
	};
};

struct bs_changes;

/* Makes an empty set of at most max changes. Returns NULL without memory. */
struct bs_changes *bs_changes_new(size_t max);
void bs_changes_free(struct bs_changes *changes); /* takes NULL */

size_t bs_changes_count(const struct bs_changes *changes);
void bs_changes_clear(struct bs_changes *changes);

/* Merges a change into the set, copying it. Returns 0, or -ENOSPC where the
 * set is full. */
BS_MUST_USE int bs_changes_add(struct bs_changes *changes,
    const struct bs_change *change);

/* Whether the set has a change of a record. */
bool bs_changes_have(const struct bs_changes *changes, enum bs_table table,
    const uint8_t *key, size_t key_len);

/* Merges what the set holds of an entry's record, at index at or behind it,
 * into its value; found says whether there is a value yet. Returns whether
 * there is one now. */
bool bs_changes_overlay(const struct bs_changes *changes, size_t at,
    struct bs_entry *entry, bool found);

/* Merges the changes from index at on, at most max of them, with what the
 * store has, and commits them. Sets *done. Returns 0 or -errno. */
BS_MUST_USE int bs_changes_commit(const struct bs_changes *changes, size_t at,
    size_t max, struct bs_store *store, size_t *done);

#endif
