/* Changes that wait to be written, one for each record, merged as they come.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/store/changes.h"

struct bs_changes {
	size_t count;
	size_t max;
	size_t slots;	 /* a power of two, at least 2 * max */
	uint32_t *index; /* slot to change + 1; 0 is free */
	struct bs_change *changes;
};

struct bs_changes *
bs_changes_new(size_t max)
{
	struct bs_changes *changes = calloc(1, sizeof(*changes));

	if (changes == NULL)
		return NULL;
	changes->max = max;
	for (changes->slots = 1; changes->slots < 2 * max;)
		changes->slots *= 2;
	changes->index = calloc(changes->slots, sizeof(*changes->index));
	changes->changes = calloc(max, sizeof(*changes->changes));
	if (changes->index == NULL || changes->changes == NULL) {
		bs_changes_free(changes);
		return NULL;
	}
	return changes;
}

void
bs_changes_free(struct bs_changes *changes)
{
	if (changes == NULL)
		return;
	free(changes->changes);
	free(changes->index);
	free(changes);
}

size_t
bs_changes_count(const struct bs_changes *changes)
{
	return changes->count;
}

void
bs_changes_clear(struct bs_changes *changes)
{
	if (changes->count == 0)
		return;
	memset(changes->index, 0, changes->slots * sizeof(*changes->index));
	changes->count = 0;
}

/* The slot of a record's change, or the free one where it belongs. Keys end in
 * octets of an HMAC: any four of those spread well. */
static size_t
slot_of(const struct bs_changes *changes, enum bs_table table,
    const uint8_t *key, size_t key_len)
{
	uint32_t hash;
	size_t slot;

	memcpy(&hash, key + key_len - sizeof(hash), sizeof(hash));
	for (slot = hash & (changes->slots - 1); changes->index[slot] != 0;
	     slot = (slot + 1) & (changes->slots - 1)) {
		const struct bs_change *change =
		    &changes->changes[changes->index[slot] - 1];

		if (change->table == table && change->key_len == key_len &&
		    memcmp(change->key, key, key_len) == 0)
			break;
	}
	return slot;
}

int
bs_changes_add(struct bs_changes *changes, const struct bs_change *change)
{
	size_t slot =
	    slot_of(changes, change->table, change->key, change->key_len);

	if (changes->index[slot] == 0) {
		if (changes->count == changes->max)
			return -ENOSPC;
		changes->changes[changes->count++] = *change;
		changes->index[slot] = (uint32_t)changes->count;
		return 0;
	}
	bs_change_merge(&changes->changes[changes->index[slot] - 1], change);
	return 0;
}

bool
bs_changes_have(const struct bs_changes *changes, enum bs_table table,
    const uint8_t *key, size_t key_len)
{
	return changes->index[slot_of(changes, table, key, key_len)] != 0;
}

void
bs_changes_overlay(const struct bs_changes *changes, size_t at,
    struct bs_entry *entry)
{
	uint32_t index = changes->index[slot_of(changes, entry->table,
	    entry->key, entry->key_len)];

	if (index > at)
		(void)bs_change_apply(&changes->changes[index - 1], entry);
}

const struct bs_change *
bs_changes_from(const struct bs_changes *changes, size_t at)
{
	return changes->changes + at;
}
