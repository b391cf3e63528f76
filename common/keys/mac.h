/* HMACs, comparison and randomness: the one file that knows nettle. */
#ifndef BS_KEYS_MAC_H
#define BS_KEYS_MAC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/backstop.h"

#define BS_STORE_KEY_LEN 32

/* The first 3 octets of HMAC-SHA1(secret, input): a tag's MAC. */
void bs_mac_tag(const uint8_t *secret, size_t secret_len, const char *input,
    size_t input_len, uint8_t out[static 3]);

/* The first 16 octets of HMAC-SHA256(store key, text): what the store keeps in
 * place of an address or a Message-ID. */
void bs_mac_hash(const uint8_t key[static BS_STORE_KEY_LEN], const char *text,
    size_t len, uint8_t out[static 16]);

/* Writes octets in base64 (RFC 4648 §4), with its NUL. */
#define BS_BASE64_LEN(octets) (((octets) + 2) / 3 * 4 + 1)

void bs_mac_base64(const void *octets, size_t len, char *out);

/* SHA-256 of a text in base64 (RFC 4648, 4), with its NUL. */
#define BS_SHA256_BASE64 45

void bs_mac_sha256_base64(const char *text, size_t len,
    char out[static BS_SHA256_BASE64]);

/* Whether two runs of octets are equal, in constant time. */
bool bs_mac_equal(const void *a, const void *b, size_t len);

/* Fills buf from getrandom(2). Returns 0 or -errno. */
BS_MUST_USE int bs_mac_random(void *buf, size_t len);

/* Clears memory that held a secret; not optimised away. */
void bs_mac_wipe(void *buf, size_t len);

#endif
