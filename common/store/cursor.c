/* The octets of a value of the store. */
#include <errno.h>

#include "common/store/cursor.h"

void
bs_cursor_put(struct bs_cursor *cursor, uint64_t value, size_t octets)
{
	for (size_t i = octets; i-- > 0;)
		*cursor->out++ = (uint8_t)(value >> (8 * i));
}

uint64_t
bs_cursor_take(struct bs_cursor *cursor, size_t octets)
{
	uint64_t value = 0;

	while (octets-- > 0)
		value = value << 8 | *cursor->in++;
	return value;
}

/* FNV-1a of 64 bits. It shows a damaged page, not an attacker: who can write
 * here can do worse. */
static uint64_t
check_of(const uint8_t *key, size_t key_len, const uint8_t *value, size_t len)
{
	uint64_t hash = 0xcbf29ce484222325ULL;

	for (size_t i = 0; i < key_len; i++)
		hash = (hash ^ key[i]) * 0x100000001b3ULL;
	for (size_t i = 0; i < len; i++)
		hash = (hash ^ value[i]) * 0x100000001b3ULL;
	return hash;
}

size_t
bs_cursor_seal(struct bs_cursor *cursor, const uint8_t *key, size_t key_len,
    uint8_t *value)
{
	size_t len = (size_t)(cursor->out - value);

	bs_cursor_put(cursor, check_of(key, key_len, value, len), BS_CHECK_LEN);
	return len + BS_CHECK_LEN;
}

bool
bs_cursor_is_sound(const uint8_t *key, size_t key_len, const uint8_t *value,
    size_t len)
{
	struct bs_cursor cursor;

	if (len < BS_CHECK_LEN)
		return false;
	cursor.in = value + len - BS_CHECK_LEN;
	return bs_cursor_take(&cursor, BS_CHECK_LEN) ==
	       check_of(key, key_len, value, len - BS_CHECK_LEN);
}

int
bs_cursor_unseal(const uint8_t *key, size_t key_len, const uint8_t *value,
    size_t len, size_t expected)
{
	if (len != expected + BS_CHECK_LEN ||
	    !bs_cursor_is_sound(key, key_len, value, len))
		return -EBADMSG;
	return 0;
}
