/* HMACs, comparison and randomness: the one file that knows nettle. */
#include <errno.h>
#include <string.h>
#include <sys/random.h>

#include <nettle/base64.h>
#include <nettle/hmac.h>
#include <nettle/memops.h>
#include <nettle/sha2.h>

#include "common/keys/mac.h"

void
bs_mac_tag(const uint8_t *secret, size_t secret_len, const char *input,
    size_t input_len, uint8_t out[static 3])
{
	struct hmac_sha1_ctx ctx;

	hmac_sha1_set_key(&ctx, secret_len, secret);
	hmac_sha1_update(&ctx, input_len, (const uint8_t *)input);
	hmac_sha1_digest(&ctx, 3, out);
	explicit_bzero(&ctx, sizeof(ctx));
}

void
bs_mac_hash(const uint8_t key[static BS_STORE_KEY_LEN], const char *text,
    size_t len, uint8_t out[static 16])
{
	struct hmac_sha256_ctx ctx;

	hmac_sha256_set_key(&ctx, BS_STORE_KEY_LEN, key);
	hmac_sha256_update(&ctx, len, (const uint8_t *)text);
	hmac_sha256_digest(&ctx, 16, out);
	explicit_bzero(&ctx, sizeof(ctx));
}

void
bs_mac_base64(const void *octets, size_t len, char *out)
{
	base64_encode_raw(out, len, octets);
	out[BASE64_ENCODE_RAW_LENGTH(len)] = '\0';
}

void
bs_mac_sha256_base64(const char *text, size_t len,
    char out[static BS_SHA256_BASE64])
{
	uint8_t hash[SHA256_DIGEST_SIZE];
	struct sha256_ctx ctx;

	sha256_init(&ctx);
	sha256_update(&ctx, len, (const uint8_t *)text);
	sha256_digest(&ctx, sizeof(hash), hash);
	bs_mac_base64(hash, sizeof(hash), out);
}

bool
bs_mac_equal(const void *a, const void *b, size_t len)
{
	return memeql_sec(a, b, len) != 0;
}

int
bs_mac_random(void *buf, size_t len)
{
	uint8_t *at = buf;

	while (len > 0) {
		ssize_t got = getrandom(at, len, 0);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -errno;
		at += got;
		len -= (size_t)got;
	}
	return 0;
}

void
bs_mac_wipe(void *buf, size_t len)
{
	explicit_bzero(buf, len);
}
