/* The records of the top tables: who was counted most often on a day. */
#include <errno.h>
#include <string.h>

#include "common/store/cursor.h"
#include "common/store/top_record.h"

#define TOP_LEN (8 + 8 + 1) /* without its text */
#define TOP_TEXT 100	    /* of the text, in the first part ... */
#define TOP_PIECE 120	    /* ... and in a later one */

_Static_assert(TOP_LEN + TOP_TEXT + BS_CHECK_LEN <= BS_RECORD_MAX,
    "a top entry");
_Static_assert(TOP_PIECE + BS_CHECK_LEN <= BS_RECORD_MAX,
    "a piece of its text");
_Static_assert(TOP_TEXT + (BS_TOP_PARTS - 1) * TOP_PIECE >= BS_TOP_TEXT_MAX,
    "parts for the longest text");

size_t
bs_top_key_write(const struct bs_top_key *key,
    uint8_t out[static BS_RECORD_KEY_MAX])
{
	struct bs_cursor cursor = {.out = out};

	bs_cursor_put(&cursor, key->day, 4);
	bs_cursor_put(&cursor, key->kind, 1);
	bs_cursor_put(&cursor, key->slot, 2);
	bs_cursor_put(&cursor, key->part, 1);
	return 8;
}

int
bs_top_key_read(const uint8_t *key, size_t len, struct bs_top_key *out)
{
	struct bs_cursor cursor = {.in = key};

	if (len != 8)
		return -EBADMSG;
	out->day = (uint32_t)bs_cursor_take(&cursor, 4);
	out->kind = (uint8_t)bs_cursor_take(&cursor, 1);
	out->slot = (uint16_t)bs_cursor_take(&cursor, 2);
	out->part = (uint8_t)bs_cursor_take(&cursor, 1);
	return out->kind < BS_TOP_KINDS && out->slot < BS_TOP_SLOTS &&
		       out->part < BS_TOP_PARTS
		   ? 0
		   : -EBADMSG;
}

/* The piece of a text that a part has. Returns its length. */
static size_t
piece_of(size_t text_len, unsigned part, size_t *from)
{
	size_t max = part == 0 ? TOP_TEXT : TOP_PIECE;

	*from = part == 0 ? 0 : TOP_TEXT + (part - 1) * (size_t)TOP_PIECE;
	if (text_len <= *from)
		return 0;
	return text_len - *from > max ? max : text_len - *from;
}

unsigned
bs_top_parts(const struct bs_top_entry *entry)
{
	size_t from;
	unsigned parts = 1;

	while (parts < BS_TOP_PARTS && piece_of(entry->len, parts, &from) > 0)
		parts++;
	return parts;
}

size_t
bs_top_record_write(const uint8_t *key, size_t key_len,
    const struct bs_top_entry *entry, unsigned part,
    uint8_t out[static BS_RECORD_MAX])
{
	struct bs_cursor cursor = {.out = out};
	size_t from;
	size_t len = piece_of(entry->len, part, &from);

	if (part == 0) {
		bs_cursor_put(&cursor, (uint64_t)entry->count, 8);
		bs_cursor_put(&cursor, (uint64_t)entry->error, 8);
		bs_cursor_put(&cursor, entry->len, 1);
	}
	memcpy(cursor.out, entry->text + from, len);
	cursor.out += len;
	return bs_cursor_seal(&cursor, key, key_len, out);
}

static int
read_top_head(struct bs_cursor *cursor, struct bs_top_entry *out)
{
	out->count = (int64_t)bs_cursor_take(cursor, 8);
	out->error = (int64_t)bs_cursor_take(cursor, 8);
	out->len = (uint8_t)bs_cursor_take(cursor, 1);
	return out->error >= 0 && out->count > out->error &&
		       out->len <= BS_TOP_TEXT_MAX
		   ? 0
		   : -EBADMSG;
}

int
bs_top_record_read(const uint8_t *key, size_t key_len, const uint8_t *value,
    size_t len, unsigned part, struct bs_top_entry *out)
{
	struct bs_cursor cursor = {.in = value};
	size_t head = part == 0 ? TOP_LEN : 0;
	size_t piece;
	size_t from;

	if (len < head + BS_CHECK_LEN ||
	    !bs_cursor_is_sound(key, key_len, value, len))
		return -EBADMSG;
	if (part == 0) {
		memset(out, 0, sizeof(*out));
		if (read_top_head(&cursor, out) != 0)
			return -EBADMSG;
	}
	piece = piece_of(out->len, part, &from);
	if (len != head + piece + BS_CHECK_LEN || (part > 0 && piece == 0))
		return -EBADMSG;
	memcpy(out->text + from, cursor.in, piece);
	return 0;
}
