/* Changes that the store has yet to learn, one a record, merged as they come.
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

/* What the table of a change means: how its records are read, merged and
 * written. */
static int
read_tag(const struct bs_entry *entry, struct bs_change *out)
{
	return bs_tag_record_read(entry->key, entry->key_len, entry->value,
	    entry->value_len, &out->tag);
}

static void
merge_tag(struct bs_change *a, const struct bs_change *b)
{
	bs_tag_record_merge(&a->tag, &b->tag);
}

static size_t
write_tag(const struct bs_change *change, uint8_t *out)
{
	return bs_tag_record_write(change->key, change->key_len, &change->tag,
	    out);
}

static int
read_msg(const struct bs_entry *entry, struct bs_change *out)
{
	return bs_msg_record_read(entry->key, entry->key_len, entry->value,
	    entry->value_len, &out->msg);
}

static void
merge_msg(struct bs_change *a, const struct bs_change *b)
{
	bs_msg_record_merge(&a->msg, &b->msg);
}

static size_t
write_msg(const struct bs_change *change, uint8_t *out)
{
	return bs_msg_record_write(change->key, change->key_len, &change->msg,
	    out);
}

static int
read_sender(const struct bs_entry *entry, struct bs_change *out)
{
	return bs_sender_record_read(entry->key, entry->key_len, entry->value,
	    entry->value_len, &out->sender);
}

static void
merge_sender(struct bs_change *a, const struct bs_change *b)
{
	bs_sender_record_merge(&a->sender, &b->sender);
}

static size_t
write_sender(const struct bs_change *change, uint8_t *out)
{
	return bs_sender_record_write(change->key, change->key_len,
	    &change->sender, out);
}

static int
read_tally(const struct bs_entry *entry, struct bs_change *out)
{
	return bs_tally_record_read(entry->key, entry->key_len, entry->value,
	    entry->value_len, &out->tally);
}

static void
merge_tally(struct bs_change *a, const struct bs_change *b)
{
	bs_tally_record_merge(&a->tally, &b->tally);
}

static size_t
write_tally(const struct bs_change *change, uint8_t *out)
{
	return bs_tally_record_write(change->key, change->key_len,
	    &change->tally, out);
}

static const struct {
	int (*read)(const struct bs_entry *entry, struct bs_change *out);
	void (*merge)(struct bs_change *a, const struct bs_change *b);
	size_t (*write)(const struct bs_change *change, uint8_t *out);
} records[BS_TABLES] = {
    [BS_TABLE_TAG] = {read_tag, merge_tag, write_tag},
    [BS_TABLE_MSG] = {read_msg, merge_msg, write_msg},
    [BS_TABLE_SENDER] = {read_sender, merge_sender, write_sender},
    [BS_TABLE_META] = {read_tally, merge_tally, write_tally},
};

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
	records[change->table].merge(
	    &changes->changes[changes->index[slot] - 1], change);
	return 0;
}

bool
bs_changes_have(const struct bs_changes *changes, enum bs_table table,
    const uint8_t *key, size_t key_len)
{
	return changes->index[slot_of(changes, table, key, key_len)] != 0;
}

/* Merges a change with an entry's value, if it has one. One whose check fails
 * counts as none: it proved nothing before either. */
static void
overlay(const struct bs_change *change, struct bs_entry *entry, bool found)
{
	struct bs_change sum;

	memset(&sum, 0, sizeof(sum));
	if (found && records[change->table].read(entry, &sum) != 0)
		memset(&sum, 0, sizeof(sum));
	sum.key_len = change->key_len;
	memcpy(sum.key, change->key, change->key_len);
	records[change->table].merge(&sum, change);
	entry->value_len = records[change->table].write(&sum, entry->value);
}

bool
bs_changes_overlay(const struct bs_changes *changes, size_t at,
    struct bs_entry *entry, bool found)
{
	uint32_t index = changes->index[slot_of(changes, entry->table,
	    entry->key, entry->key_len)];

	if (index == 0 || index - 1 < at)
		return found;
	overlay(&changes->changes[index - 1], entry, found);
	return true;
}

/* The entry that a change makes of what the store has. */
static int
merge_entry(struct bs_store *store, const struct bs_change *change,
    struct bs_entry *out)
{
	int rc;

	out->table = change->table;
	out->key_len = change->key_len;
	memcpy(out->key, change->key, change->key_len);
	if ((rc = bs_store_get(store, out)) < 0)
		return rc;
	overlay(change, out, rc == 0);
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
