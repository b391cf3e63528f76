/* Changes that the store has yet to learn, one a record, merged as they come.
 */
#ifndef BS_CHANGES_H
#define BS_CHANGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/backstop.h"
#include "common/engine/store.h"
#include "common/pure/record.h"

/* What to add to a tag record, or to put into a sender record. Numbers add
 * up; of days and times the earliest first and the latest last stay. */
struct bs_change {
	enum bs_table table;
	size_t key_len;
	uint8_t key[BS_RECORD_KEY_MAX];
	struct bs_tag_record tag;
	struct bs_sender_record sender;
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

/* The change of a record, or NULL; a view until the next add or clear. */
const struct bs_change *bs_changes_find(const struct bs_changes *changes,
    enum bs_table table, const uint8_t *key, size_t key_len);

/* Merges the changes from index at on, at most max of them, with what the
 * store has, and commits them. Sets *done. Returns 0 or -errno. */
BS_MUST_USE int bs_changes_commit(const struct bs_changes *changes, size_t at,
    size_t max, struct bs_store *store, size_t *done);

/* Merges b into a. */
void bs_tag_record_merge(struct bs_tag_record *a,
    const struct bs_tag_record *b);

#endif
