/* The store's values: any as they lie there, and any that we would write.
 *
 * The first octet is the length of the key; then the key, then the value. */
#include <errno.h>
#include <string.h>

#include "common/store/change.h"
#include "common/store/cursor.h"
#include "common/store/top_record.h"
#include "tests/fuzz/fuzz.h"

struct input {
	uint8_t key[BS_RECORD_KEY_MAX];
	size_t key_len;
	const uint8_t *value;
	size_t len;
};

static uint64_t
number_at(const struct input *input, size_t at, size_t octets)
{
	uint64_t number = 0;

	for (size_t i = at; i < at + octets; i++)
		number = number << 8 | (i < input->len ? input->value[i] : 0);
	return number;
}

/* As it lies there: read, it is written back the same, or not read at all. */
static void
check_stored(const struct input *input)
{
	bool sound = bs_cursor_is_sound(input->key, input->key_len,
	    input->value, input->len);
	uint8_t out[BS_RECORD_MAX];
	struct bs_tag_record tag;
	struct bs_sender_record sender;
	struct bs_msg_record msg;
	struct bs_tally_record tally;
	struct bs_refused_record refused;
	struct bs_top_entry top = {.len = BS_TOP_TEXT_MAX};
	struct bs_clock clock;
	int64_t a;
	int64_t b;

	if (bs_tag_record_read(input->key, input->key_len, input->value,
		input->len, &tag) == 0) {
		MUST(sound);
		/* one of format 2 gets a state */
		MUST(bs_tag_record_write(input->key, input->key_len, &tag,
			 out) >= input->len);
		MUST(memcmp(out, input->value, 28) == 0);
	}
	/* a sender of an older version is written back as a newer one */
	if (bs_sender_record_read(input->key, input->key_len, input->value,
		input->len, &sender) == 0) {
		MUST(sound);
		MUST(bs_sender_record_write(input->key, input->key_len, &sender,
			 out) >= input->len);
		MUST(memcmp(out, input->value, 12) == 0);
	}
	if (bs_msg_record_read(input->key, input->key_len, input->value,
		input->len, &msg) == 0) {
		MUST(sound);
		MUST(bs_msg_record_write(input->key, input->key_len, &msg,
			 out) == input->len);
		MUST(memcmp(out, input->value, input->len) == 0);
		bs_msg_record_merge(&msg, &msg);
		MUST(bs_msg_has_owner(&msg, input->key) ||
		     msg.owner_count <= BS_MSG_OWNERS);
	}
	if (bs_tally_record_read(input->key, input->key_len, input->value,
		input->len, &tally) == 0) {
		MUST(sound);
		/* it may have fewer columns than ours, or 0 at its end */
		MUST(bs_tally_record_write(input->key, input->key_len, &tally,
			 out) >= 4 * BS_TALLIES + 8);
		MUST(memcmp(out, input->value, 4 * 13) == 0);
	}
	for (unsigned part = 0; part < BS_TOP_PARTS; part++) {
		if (bs_top_record_read(input->key, input->key_len, input->value,
			input->len, part, &top) != 0)
			continue;
		MUST(sound);
		MUST(part > 0 || top.count > top.error);
		MUST(top.len <= BS_TOP_TEXT_MAX);
		MUST(bs_top_record_write(input->key, input->key_len, &top, part,
			 out) == input->len);
		MUST(memcmp(out, input->value, input->len) == 0);
	}
	if (bs_refused_record_read(input->key, input->key_len, input->value,
		input->len, &refused) == 0) {
		MUST(sound);
		MUST(bs_refused_record_write(input->key, input->key_len,
			 &refused, out) == input->len);
	}
	if (bs_clock_record_read(input->key, input->key_len, input->value,
		input->len, &clock) == 0)
		MUST(sound);
	if (bs_number_record_read(input->key, input->key_len, input->value,
		input->len, &a, &b) == 0)
		MUST(sound);
}

/* As we would write it: read the same, and not read with a bit turned over. */
static void
check_written(const struct input *input)
{
	const struct bs_tag_record tag = {
	    .issued = (uint32_t)number_at(input, 0, 4),
	    .recipients = (uint32_t)number_at(input, 4, 4),
	    .bounces = (uint32_t)number_at(input, 8, 4),
	    .first_use = (int64_t)number_at(input, 12, 8),
	    .last_use = (int64_t)number_at(input, 20, 8),
	};
	struct bs_tag_record read;
	uint8_t out[BS_RECORD_MAX];
	size_t len = bs_tag_record_write(input->key, input->key_len, &tag, out);
	size_t bit = number_at(input, 28, 2) % (8 * len);

	MUST(len <= BS_RECORD_MAX);
	MUST(bs_tag_record_read(input->key, input->key_len, out, len, &read) ==
	     0);
	MUST(read.issued == tag.issued && read.recipients == tag.recipients &&
	     read.bounces == tag.bounces && read.first_use == tag.first_use &&
	     read.last_use == tag.last_use);
	out[bit / 8] ^= (uint8_t)(1U << bit % 8);
	MUST(bs_tag_record_read(input->key, input->key_len, out, len, &read) ==
	     -EBADMSG);
}

/* What is read of the value becomes what was learned. */
static bool
learn(struct bs_change *change, const struct input *input)
{
	switch (change->table) {
	case BS_TABLE_TAG:
		return bs_tag_record_read(input->key, input->key_len,
			   input->value, input->len, &change->tag) == 0;
	case BS_TABLE_MSG:
		return bs_msg_record_read(input->key, input->key_len,
			   input->value, input->len, &change->msg) == 0;
	case BS_TABLE_SENDER:
		return bs_sender_record_read(input->key, input->key_len,
			   input->value, input->len, &change->sender) == 0;
	case BS_TABLE_META:
		return bs_tally_record_read(input->key, input->key_len,
			   input->value, input->len, &change->tally) == 0;
	case BS_TABLE_REFUSED:
		return bs_refused_record_read(input->key, input->key_len,
			   input->value, input->len, &change->refused) == 0;
	case BS_TABLE_TOP:
		break;
	}
	return false;
}

/* Learned again and again, of a record that is sound or not, makes a sound
 * one; and then it loses an owner, or is too old. */
static void
check_changed(const struct input *input, enum bs_table table)
{
	struct bs_change change = {
	    .kind = BS_CHANGE_ADD,
	    .table = table,
	    .key_len = input->key_len,
	};
	struct bs_entry entry = {
	    .table = table,
	    .key_len = input->key_len,
	    .value_len = input->len,
	};

	if (input->len > sizeof(entry.value) || !learn(&change, input))
		return;
	memcpy(change.key, input->key, input->key_len);
	memcpy(entry.key, input->key, input->key_len);
	memcpy(entry.value, input->value, input->len);
	for (int i = 0; i < 3; i++) {
		MUST(bs_change_apply(&change, &entry));
		MUST(bs_cursor_is_sound(entry.key, entry.key_len, entry.value,
		    entry.value_len));
		bs_change_merge(&change, &change);
		entry.value[0] ^= (uint8_t)(i == 1 ? 1 : 0);
	}
	if (table == BS_TABLE_MSG) {
		change.kind = BS_CHANGE_DISOWN;
		memcpy(change.owner, input->key, sizeof(change.owner));
	} else if (table == BS_TABLE_SENDER) {
		change.kind = BS_CHANGE_EXPIRE;
		change.day = (uint32_t)number_at(input, 0, 4);
	} else {
		return;
	}
	if (bs_change_apply(&change, &entry) && entry.value_len > 0)
		MUST(bs_cursor_is_sound(entry.key, entry.key_len, entry.value,
		    entry.value_len));
}

static void
check_keys(const struct input *input)
{
	uint8_t out[BS_RECORD_KEY_MAX];
	uint8_t domain[BS_RECORD_HASH];
	struct bs_tag_key tag;
	struct bs_msg_key msg;
	struct bs_refused_key refused;
	struct bs_top_key top;
	int64_t start;
	uint32_t day;

	if (bs_tag_key_read(input->key, input->key_len, &tag) == 0) {
		MUST(bs_tag_key_write(&tag, out) == input->key_len);
		MUST(memcmp(out, input->key, input->key_len) == 0);
	}
	if (bs_msg_key_read(input->key, input->key_len, &msg) == 0) {
		MUST(bs_msg_key_write(&msg, out) == input->key_len);
		MUST(memcmp(out, input->key, input->key_len) == 0);
	}
	if (bs_tally_key_read(BS_TALLY_OF_DAY, input->key, input->key_len, &day,
		domain) == 0) {
		MUST(bs_tally_key_write(BS_TALLY_OF_DAY, day, domain, out) ==
		     input->key_len);
		MUST(memcmp(out, input->key, input->key_len) == 0);
	}
	if (bs_tally_key_read(BS_TALLY_OF_HOUR, input->key, input->key_len,
		&day, domain) == 0) {
		MUST(bs_tally_key_write(BS_TALLY_OF_HOUR, day, domain, out) ==
		     input->key_len);
		MUST(memcmp(out, input->key, input->key_len) == 0);
	}
	if (bs_top_key_read(input->key, input->key_len, &top) == 0) {
		MUST(bs_top_key_write(&top, out) == input->key_len);
		MUST(memcmp(out, input->key, input->key_len) == 0);
	}
	if (bs_refused_key_read(input->key, input->key_len, &refused) == 0) {
		MUST(bs_refused_key_write(&refused, out) == input->key_len);
		MUST(memcmp(out, input->key, input->key_len) == 0);
	}
	if (bs_gap_key_read(input->key, input->key_len, &start) == 0) {
		MUST(bs_gap_key_write(start, out) == input->key_len);
		MUST(memcmp(out, input->key, input->key_len) == 0);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = {0};

	if (size == 0)
		return 0;
	input.key_len = data[0] % (BS_RECORD_KEY_MAX + 1);
	if (input.key_len > size - 1)
		input.key_len = size - 1;
	memcpy(input.key, data + 1, input.key_len);
	input.value = data + 1 + input.key_len;
	input.len = size - 1 - input.key_len;
	check_stored(&input);
	check_written(&input);
	for (unsigned table = 0; table < BS_TABLES; table++)
		check_changed(&input, (enum bs_table)table);
	check_keys(&input);
	return 0;
}
