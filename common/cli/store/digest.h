/* The digest of a part of a backup. */
#ifndef BS_CLI_STORE_DIGEST_H
#define BS_CLI_STORE_DIGEST_H

#include <stddef.h>
#include <stdint.h>

#include "common/base/backstop.h"
#include "common/keys/mac.h"

/* Hexadecimal digits, and with the NUL. */
#define BS_DIGEST_LEN 32
#define BS_DIGEST_TEXT (BS_DIGEST_LEN + 1)

#define BS_DIGEST_BLOCK 4096

/* It finds damage. It is no guard against those who can write the file: they
 * can write its digests, too.
 *
 * bs_mac_hash() over each block of the octets, the last one shorter or empty,
 * under a key of 32 zeros at first, and then under the hash before and 16
 * zeros. */
struct bs_digest {
	uint8_t key[BS_STORE_KEY_LEN];
	size_t len;
	char block[BS_DIGEST_BLOCK];
};

void bs_digest_begin(struct bs_digest *digest);
void bs_digest_add(struct bs_digest *digest, const char *octets, size_t len);

/* Writes it, and wipes what was added. */
void bs_digest_end(struct bs_digest *digest, char out[static BS_DIGEST_TEXT]);

/* All of it at once. */
void bs_digest_of(const char *octets, size_t len,
    char out[static BS_DIGEST_TEXT]);

#endif
