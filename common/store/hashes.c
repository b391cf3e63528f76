/* Hashes that were made not long ago. */
#include <string.h>

#include "common/store/hashes.h"

_Static_assert(BS_HASHES_TEXT <= UINT8_MAX, "a length of one octet");

/* Two texts that share a place push each other out, and that is all. */
static size_t
place_of(const char *text, size_t len)
{
	uint32_t hash = 0x811c9dc5U;

	for (size_t i = 0; i < len; i++)
		hash = (hash ^ (uint8_t)text[i]) * 0x01000193U;
	return (hash ^ hash >> 16) & (BS_HASHES - 1);
}

void
bs_hashes_find(struct bs_hashes *hashes,
    const uint8_t key[static BS_STORE_KEY_LEN], const char *text, size_t len,
    uint8_t out[static BS_RECORD_HASH])
{
	size_t at = place_of(text, len);

	if (len == 0 || len > BS_HASHES_TEXT) {
		bs_mac_hash(key, text, len, out);
		return;
	}
	if (hashes->slots[at].len != len ||
	    memcmp(hashes->slots[at].text, text, len) != 0) {
		bs_mac_hash(key, text, len, hashes->slots[at].hash);
		memcpy(hashes->slots[at].text, text, len);
		hashes->slots[at].len = (uint8_t)len;
	}
	memcpy(out, hashes->slots[at].hash, BS_RECORD_HASH);
}
