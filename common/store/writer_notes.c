/* What the writer is told, as changes of records. */
#include <string.h>

#include "common/store/changes.h"
#include "common/store/writer.h"

static void
tag_change(struct bs_change *out, const struct bs_tag_key *key, int64_t now)
{
	memset(out, 0, sizeof(*out));
	out->table = BS_TABLE_TAG;
	out->key_len = bs_tag_key_write(key, out->key);
	out->tag.last_use = now;
}

void
bs_writer_note(struct bs_writer *writer,
    const uint8_t who[static BS_RECORD_HASH], enum bs_note note, int64_t now)
{
	struct bs_change change;
	uint32_t today = bs_day_of(now);

	memset(&change, 0, sizeof(change));
	change.table = BS_TABLE_SENDER;
	change.key_len = BS_RECORD_HASH;
	memcpy(change.key, who, BS_RECORD_HASH);
	change.sender.last_day = today;
	switch (note) {
	case BS_NOTE_SIGNS:
		change.sender.first_signed_day = today;
		break;
	case BS_NOTE_UNSIGNED:
		change.sender.last_unsigned_day = today;
		break;
	case BS_NOTE_UNRECORDED:
		change.sender.last_unrecorded_day = today;
		break;
	case BS_NOTE_STRIPPED:
		change.sender.last_stripped_day = today;
		break;
	case BS_NOTE_ELSEWHERE:
		change.sender.last_elsewhere_day = today;
		break;
	}
	bs_writer_add(writer, &change, now);
}

static void
msg_change(struct bs_change *out, const struct bs_msg_key *key)
{
	memset(out, 0, sizeof(*out));
	out->table = BS_TABLE_MSG;
	out->key_len = bs_msg_key_write(key, out->key);
}

void
bs_writer_sent(struct bs_writer *writer, const struct bs_msg_key *key,
    const struct bs_msg_record *record, int64_t now)
{
	struct bs_change change;

	msg_change(&change, key);
	change.msg = *record;
	bs_writer_add(writer, &change, now);
}

void
bs_writer_bounced(struct bs_writer *writer, const struct bs_msg_key *key,
    int64_t now)
{
	struct bs_change change;

	msg_change(&change, key);
	change.msg.bounces = 1;
	bs_writer_add(writer, &change, now);
}

static void
add_count(struct bs_writer *writer, const uint8_t who[static BS_RECORD_HASH],
    size_t column, int64_t now)
{
	struct bs_change change;

	memset(&change, 0, sizeof(change));
	change.table = BS_TABLE_META;
	change.key_len = bs_tally_key_write(bs_day_of(now), who, change.key);
	change.tally.counts[column] = 1;
	bs_writer_add(writer, &change, now);
}

void
bs_writer_tally(struct bs_writer *writer,
    const uint8_t domain[static BS_RECORD_HASH], enum bs_tally tally,
    int64_t now)
{
	add_count(writer, domain, (size_t)tally, now);
}

_Static_assert((int)BS_TALLIES_SPF <= (int)BS_TALLIES,
    "a record has room for what is counted of SPF");

void
bs_writer_tally_spf(struct bs_writer *writer,
    const uint8_t spf[static BS_RECORD_HASH], enum bs_tally_spf tally,
    int64_t now)
{
	add_count(writer, spf, (size_t)tally, now);
}

int
bs_writer_signed(struct bs_writer *writer, const struct bs_tag_key *key,
    int64_t now)
{
	struct bs_entry entry = {.table = BS_TABLE_TAG};
	struct bs_tag_record known;
	struct bs_change change;

	tag_change(&change, key, now);
	change.tag.issued = 1;
	change.tag.first_use = now;
	entry.key_len = bs_tag_key_write(key, entry.key);
	if (!bs_writer_is_urgent(writer, &change) &&
	    bs_writer_get(writer, &entry) == 0 &&
	    bs_tag_record_read(entry.key, entry.key_len, entry.value,
		entry.value_len, &known) == 0 &&
	    known.issued > 0) {
		bs_writer_add(writer, &change, now);
		return 0;
	}
	bs_writer_note(writer, key->sender, BS_NOTE_SIGNS, now);
	return bs_writer_add_urgent(writer, &change, now);
}

void
bs_writer_count(struct bs_writer *writer, const struct bs_tag_key *key,
    uint32_t recipients, uint32_t bounces, int64_t now)
{
	struct bs_change change;

	tag_change(&change, key, now);
	change.tag.recipients = recipients;
	change.tag.bounces = bounces;
	bs_writer_add(writer, &change, now);
}
