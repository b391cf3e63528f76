/* A change of one record, and what it makes of the record as it stands. */
#include <string.h>

#include "common/store/change.h"

static int64_t
earliest(int64_t a, int64_t b)
{
	if (a == 0 || b == 0)
		return a + b;
	return a < b ? a : b;
}

static uint32_t
earliest_day(uint32_t a, uint32_t b)
{
	return (uint32_t)earliest(a, b);
}

static uint32_t
latest_day(uint32_t a, uint32_t b)
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
	a->last_use = a->last_use > b->last_use ? a->last_use : b->last_use;
	if (b->state > a->state)
		a->state = b->state;
	if (a->issued > 0)
		a->state = BS_TAG_STATE_ISSUED;
}

void
bs_sender_record_merge(struct bs_sender_record *a,
    const struct bs_sender_record *b)
{
	a->first_signed_day =
	    earliest_day(a->first_signed_day, b->first_signed_day);
	a->last_unsigned_day =
	    latest_day(a->last_unsigned_day, b->last_unsigned_day);
	a->last_day = latest_day(a->last_day, b->last_day);
	a->last_unrecorded_day =
	    latest_day(a->last_unrecorded_day, b->last_unrecorded_day);
	a->last_stripped_day =
	    latest_day(a->last_stripped_day, b->last_stripped_day);
	a->last_elsewhere_day =
	    latest_day(a->last_elsewhere_day, b->last_elsewhere_day);
	a->last_foreign_day =
	    latest_day(a->last_foreign_day, b->last_foreign_day);
}

void
bs_msg_record_merge(struct bs_msg_record *a, const struct bs_msg_record *b)
{
	a->sent = earliest(a->sent, b->sent);
	a->recipients = sum(a->recipients, b->recipients);
	a->bounces = sum(a->bounces, b->bounces);
	if (b->fate > a->fate)
		a->fate = b->fate;
	bs_msg_add_all(a, b);
}

void
bs_refused_record_merge(struct bs_refused_record *a,
    const struct bs_refused_record *b)
{
	a->first = earliest(a->first, b->first);
	a->bounces = sum(a->bounces, b->bounces);
	a->is_known = a->is_known || b->is_known;
}

void
bs_tally_record_merge(struct bs_tally_record *a,
    const struct bs_tally_record *b)
{
	for (size_t i = 0; i < BS_TALLY_COLUMNS; i++)
		a->counts[i] = sum(a->counts[i], b->counts[i]);
}

/* How the records of a table are read, merged and written. */
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

static int
read_refused(const struct bs_entry *entry, struct bs_change *out)
{
	return bs_refused_record_read(entry->key, entry->key_len, entry->value,
	    entry->value_len, &out->refused);
}

static void
merge_refused(struct bs_change *a, const struct bs_change *b)
{
	bs_refused_record_merge(&a->refused, &b->refused);
}

static size_t
write_refused(const struct bs_change *change, uint8_t *out)
{
	return bs_refused_record_write(change->key, change->key_len,
	    &change->refused, out);
}

/* Of BS_TABLE_TOP nothing is added up: whoever counts sets it. */
static const struct {
	int (*read)(const struct bs_entry *entry, struct bs_change *out);
	void (*merge)(struct bs_change *a, const struct bs_change *b);
	size_t (*write)(const struct bs_change *change, uint8_t *out);
} records[BS_TABLES] = {
    [BS_TABLE_TAG] = {read_tag, merge_tag, write_tag},
    [BS_TABLE_MSG] = {read_msg, merge_msg, write_msg},
    [BS_TABLE_SENDER] = {read_sender, merge_sender, write_sender},
    [BS_TABLE_META] = {read_tally, merge_tally, write_tally},
    [BS_TABLE_REFUSED] = {read_refused, merge_refused, write_refused},
};

void
bs_change_merge(struct bs_change *a, const struct bs_change *b)
{
	if (records[a->table].merge != NULL)
		records[a->table].merge(a, b);
}

static void
add(const struct bs_change *change, struct bs_entry *entry)
{
	struct bs_change sum;

	if (records[change->table].merge == NULL)
		return;
	memset(&sum, 0, sizeof(sum));
	if (entry->value_len > 0 &&
	    records[change->table].read(entry, &sum) != 0)
		memset(&sum, 0, sizeof(sum));
	sum.key_len = change->key_len;
	memcpy(sum.key, change->key, change->key_len);
	records[change->table].merge(&sum, change);
	entry->value_len = records[change->table].write(&sum, entry->value);
}

static bool
disown(const struct bs_change *change, struct bs_entry *entry)
{
	struct bs_msg_record record;

	if (bs_msg_record_read(entry->key, entry->key_len, entry->value,
		entry->value_len, &record) != 0 ||
	    !bs_msg_remove_owner(&record, change->owner))
		return false;
	entry->value_len = 0;
	if (record.owner_count > 0)
		entry->value_len = bs_msg_record_write(entry->key,
		    entry->key_len, &record, entry->value);
	return true;
}

/* The day that a record is from; 0 where its check fails. */
static uint32_t
day_of_record(const struct bs_entry *entry)
{
	struct bs_sender_record sender;
	struct bs_refused_record refused;

	if (entry->table == BS_TABLE_SENDER &&
	    bs_sender_record_read(entry->key, entry->key_len, entry->value,
		entry->value_len, &sender) == 0)
		return sender.last_day;
	if (entry->table == BS_TABLE_REFUSED &&
	    bs_refused_record_read(entry->key, entry->key_len, entry->value,
		entry->value_len, &refused) == 0)
		return bs_day_of(refused.first);
	return 0;
}

static bool
expire(const struct bs_change *change, struct bs_entry *entry)
{
	if (entry->value_len == 0 || day_of_record(entry) >= change->day)
		return false;
	entry->value_len = 0;
	return true;
}

bool
bs_change_apply(const struct bs_change *change, struct bs_entry *entry)
{
	bool was_there = entry->value_len > 0;

	switch (change->kind) {
	case BS_CHANGE_ADD:
		add(change, entry);
		return true;
	case BS_CHANGE_SET:
		entry->value_len = change->value.len;
		memcpy(entry->value, change->value.octets, change->value.len);
		return true;
	case BS_CHANGE_DELETE:
		entry->value_len = 0;
		return was_there;
	case BS_CHANGE_DISOWN:
		return disown(change, entry);
	case BS_CHANGE_EXPIRE:
		return expire(change, entry);
	}
	return false;
}

static void
name_record(struct bs_change *out, enum bs_change_kind kind,
    const struct bs_entry *entry)
{
	memset(out, 0, sizeof(*out));
	out->kind = kind;
	out->table = entry->table;
	out->key_len = entry->key_len;
	memcpy(out->key, entry->key, entry->key_len);
}

static void
begin(struct bs_change *out, enum bs_table table)
{
	memset(out, 0, sizeof(*out));
	out->table = table;
}

void
bs_change_note(struct bs_change *out, const uint8_t who[static BS_RECORD_HASH],
    enum bs_note note, uint32_t day)
{
	begin(out, BS_TABLE_SENDER);
	out->key_len = BS_RECORD_HASH;
	memcpy(out->key, who, BS_RECORD_HASH);
	out->sender.last_day = day;
	switch (note) {
	case BS_NOTE_SIGNS:
		out->sender.first_signed_day = day;
		break;
	case BS_NOTE_UNSIGNED:
		out->sender.last_unsigned_day = day;
		break;
	case BS_NOTE_UNRECORDED:
		out->sender.last_unrecorded_day = day;
		break;
	case BS_NOTE_STRIPPED:
		out->sender.last_stripped_day = day;
		break;
	case BS_NOTE_ELSEWHERE:
		out->sender.last_elsewhere_day = day;
		break;
	case BS_NOTE_FOREIGN:
		out->sender.last_foreign_day = day;
		break;
	}
}

void
bs_change_tally(struct bs_change *out, enum bs_tally_kind kind, uint32_t when,
    const uint8_t who[static BS_RECORD_HASH], size_t column)
{
	begin(out, BS_TABLE_META);
	out->key_len = bs_tally_key_write(kind, when, who, out->key);
	out->tally.counts[column] = 1;
}

void
bs_change_tag(struct bs_change *out, const struct bs_tag_key *key, int64_t now)
{
	begin(out, BS_TABLE_TAG);
	out->key_len = bs_tag_key_write(key, out->key);
	out->tag.last_use = now;
}

void
bs_change_msg(struct bs_change *out, const struct bs_msg_key *key)
{
	begin(out, BS_TABLE_MSG);
	out->key_len = bs_msg_key_write(key, out->key);
}

void
bs_change_refused(struct bs_change *out, const struct bs_refused_key *key)
{
	begin(out, BS_TABLE_REFUSED);
	out->key_len = bs_refused_key_write(key, out->key);
}

void
bs_change_set(struct bs_change *out, const struct bs_entry *entry)
{
	name_record(out, BS_CHANGE_SET, entry);
	out->value.len = entry->value_len;
	memcpy(out->value.octets, entry->value, entry->value_len);
}

void
bs_change_delete(struct bs_change *out, const struct bs_entry *entry)
{
	name_record(out, BS_CHANGE_DELETE, entry);
}
