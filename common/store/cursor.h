/* The octets of a value of the store: big-endian numbers, one behind the other,
 * and at the end a check over key and value. */
#ifndef BS_STORE_CURSOR_H
#define BS_STORE_CURSOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/backstop.h"

#define BS_CHECK_LEN 8

/* Where the next number is written, or read. The caller knows that there is
 * room, or as much to read. */
struct bs_cursor {
	uint8_t *out;
	const uint8_t *in;
};

void bs_cursor_put(struct bs_cursor *cursor, uint64_t value, size_t octets);
uint64_t bs_cursor_take(struct bs_cursor *cursor, size_t octets);

/* Appends the check to what was written at value. Returns the whole length. */
size_t bs_cursor_seal(struct bs_cursor *cursor, const uint8_t *key,
    size_t key_len, uint8_t *value);

/* Whether a value has a length, the check not counted, and its check fits.
 * Returns 0 or -EBADMSG. */
BS_MUST_USE int bs_cursor_unseal(const uint8_t *key, size_t key_len,
    const uint8_t *value, size_t len, size_t expected);

/* Whether the check of any value fits. */
bool bs_cursor_is_sound(const uint8_t *key, size_t key_len,
    const uint8_t *value, size_t len);

#endif
