/* Changes that the store has yet to learn, one a record, merged as they come.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/engine/changes.h"

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

/* Keys end in the octets of an HMAC, so that any four of those spread well.
 */
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

static int64_t
earliest(int64_t a, int64_t b)
{
	if (a == 0 || b == 0)
		return a + b;
	return a < b ? a : b;
}

static int64_t
latest(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

/* Counts stop at their largest value. */
static uint32_t
sum(uint32_t a, uint32_t b)
{
	return a > UINT32_MAX - b ? UINT32_MAX : a + b;
}

void
bs_tag_record_merge(struct bs_tag_record *a, const struct bs_tag_record *b)
{
	a->issued = sum(a->issued, b->issued);
	a->recipients = sum(a->recipients, b->recipients);
	a->bounces = sum(a->bounces, b->bounces);
	a->first_use = earliest(a->first_use, b->first_use);
	a->last_use = latest(a->last_use, b->last_use);
}

static void
merge_sender(struct bs_sender_record *a, const struct bs_sender_record *b)
{
	a->first_signed_day =
	    (uint32_t)earliest(a->first_signed_day, b->first_signed_day);
	a->last_unsigned_day =
	    (uint32_t)latest(a->last_unsigned_day, b->last_unsigned_day);
	a->last_day = (uint32_t)latest(a->last_day, b->last_day);
}

int
bs_changes_add(struct bs_changes *changes, const struct bs_change *change)
{
	size_t slot =
	    slot_of(changes, change->table, change->key, change->key_len);
	struct bs_change *mine;

	if (changes->index[slot] == 0) {
		if (changes->count == changes->max)
			return -ENOSPC;
		changes->changes[changes->count++] = *change;
		changes->index[slot] = (uint32_t)changes->count;
		return 0;
	}
	mine = &changes->changes[changes->index[slot] - 1];
	bs_tag_record_merge(&mine->tag, &change->tag);
	merge_sender(&mine->sender, &change->sender);
	return 0;
}

const struct bs_change *
bs_changes_find(const struct bs_changes *changes, enum bs_table table,
    const uint8_t *key, size_t key_len)
{
	size_t slot = slot_of(changes, table, key, key_len);

	return changes->index[slot] == 0
		   ? NULL
		   : &changes->changes[changes->index[slot] - 1];
}

/* The entry that a change makes of what the store has. A record whose check
 * fails counts as none: it proved nothing before either. */
static int
merge_entry(struct bs_store *store, const struct bs_change *change,
    struct bs_entry *out)
{
	struct bs_tag_record tag = {0};
	struct bs_sender_record sender = {0};
	int rc;

	out->table = change->table;
	out->key_len = change->key_len;
	memcpy(out->key, change->key, change->key_len);
	if ((rc = bs_store_get(store, out)) < 0)
		return rc;
	if (change->table == BS_TABLE_TAG) {
		if (rc == 0 && bs_tag_record_read(out->key, out->key_len,
				   out->value, out->value_len, &tag) != 0)
			memset(&tag, 0, sizeof(tag));
		bs_tag_record_merge(&tag, &change->tag);
		out->value_len = bs_tag_record_write(out->key, out->key_len,
		    &tag, out->value);
		return 0;
	}
	if (rc == 0 && bs_sender_record_read(out->key, out->key_len, out->value,
			   out->value_len, &sender) != 0)
		memset(&sender, 0, sizeof(sender));
	merge_sender(&sender, &change->sender);
	out->value_len =
	    bs_sender_record_write(out->key, out->key_len, &sender, out->value);
	return 0;
}

int
bs_changes_commit(const struct bs_changes *changes, size_t at, size_t max,
    struct bs_store *store, size_t *done)
{
	struct bs_entry *entries;
	size_t count = changes->count - at;
	int rc = 0;

	*done = 0;
	if (count > max)
		count = max;
	if (count == 0)
		return 0;
	if ((entries = calloc(count, sizeof(*entries))) == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < count && rc == 0; i++)
		rc = merge_entry(store, &changes->changes[at + i], &entries[i]);
	if (rc == 0)
		rc = bs_store_put(store, entries, count);
	if (rc == 0)
		*done = count;
	free(entries);
	return rc;
}
