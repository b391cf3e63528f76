/* Hashes that were made not long ago: a question asks several times for those
 * of the same address and domain. */
#ifndef BS_STORE_HASHES_H
#define BS_STORE_HASHES_H

#include <stddef.h>
#include <stdint.h>

#include "common/keys/mac.h"
#include "common/store/record.h"

#define BS_HASHES 512 /* a power of two */
#define BS_HASHES_TEXT 64

/* All zero at first. One key for its whole life. */
struct bs_hashes {
	struct {
		uint8_t len; /* 0: free */
		char text[BS_HASHES_TEXT];
		uint8_t hash[BS_RECORD_HASH];
	} slots[BS_HASHES];
};

/* As bs_mac_hash(). A longer text than there is room for is not remembered. */
void bs_hashes_find(struct bs_hashes *hashes,
    const uint8_t key[static BS_STORE_KEY_LEN], const char *text, size_t len,
    uint8_t out[static BS_RECORD_HASH]);

#endif
