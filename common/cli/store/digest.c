/* The digest of a part of a backup. */
#include <stdio.h>
#include <string.h>

#include "common/cli/store/digest.h"

#define HASH_LEN ((size_t)BS_DIGEST_LEN / 2)

void
bs_digest_begin(struct bs_digest *digest)
{
	memset(digest, 0, sizeof(*digest));
}

static void
fold(struct bs_digest *digest)
{
	uint8_t hash[HASH_LEN];

	bs_mac_hash(digest->key, digest->block, digest->len, hash);
	memcpy(digest->key, hash, sizeof(hash));
	digest->len = 0;
}

void
bs_digest_add(struct bs_digest *digest, const char *octets, size_t len)
{
	while (len > 0) {
		size_t room = sizeof(digest->block) - digest->len;
		size_t part = len < room ? len : room;

		memcpy(digest->block + digest->len, octets, part);
		digest->len += part;
		octets += part;
		len -= part;
		if (digest->len == sizeof(digest->block))
			fold(digest);
	}
}

void
bs_digest_end(struct bs_digest *digest, char out[static BS_DIGEST_TEXT])
{
	fold(digest);
	for (size_t i = 0; i < HASH_LEN; i++)
		snprintf(out + 2 * i, 3, "%02x", digest->key[i]);
	bs_mac_wipe(digest, sizeof(*digest));
}

void
bs_digest_of(const char *octets, size_t len, char out[static BS_DIGEST_TEXT])
{
	struct bs_digest digest;

	bs_digest_begin(&digest);
	bs_digest_add(&digest, octets, len);
	bs_digest_end(&digest, out);
}
