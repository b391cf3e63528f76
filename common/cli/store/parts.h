/* What a backup holds: the parts, by their names in the archive. */
#ifndef BS_CLI_STORE_PARTS_H
#define BS_CLI_STORE_PARTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "common/base/backstop.h"
#include "common/cli/progress.h"
#include "common/cli/store/digest.h"

enum bs_part {
	BS_PART_ABOUT, /* comes first: the format, and the others' digests */
	BS_PART_CONFIG,
	BS_PART_KEYRING,
	BS_PART_STORE_KEY,
	BS_PART_ACCEPTED, /* may be missing, as the store may */
	BS_PART_STORE,	  /* comes last: it is no text, but a file */
	BS_PARTS
};

struct bs_part_text {
	bool is_there;
	mode_t mode;
	size_t len;
	char *text;		     /* owned; NULL of the store */
	char digest[BS_DIGEST_TEXT]; /* of what was read; or empty */
	char said[BS_DIGEST_TEXT];   /* the one that stands in the first part */
};

/* All zero at first. */
struct bs_parts {
	struct bs_part_text parts[BS_PARTS];
	int64_t made; /* epoch seconds */
	uint64_t store_bytes;
	enum bs_part bad; /* of -EBADMSG */
};

/* Reads a file into a part. Returns 0 or -errno (-EFBIG for one that is larger
 * than any such file). */
BS_MUST_USE int bs_parts_take(struct bs_parts *parts, enum bs_part part,
    const char *path);

/* Writes the archive, with the store out of its own descriptor (-1: none);
 * progress may be NULL. Returns 0 or -errno. */
BS_MUST_USE int bs_parts_write(struct bs_parts *parts, int fd, int store_fd,
    int64_t now, struct bs_progress *progress);

/* Reads an archive; the store is written to store_fd. Nobody is trusted who
 * wrote it. Returns 0; -EUCLEAN for what is no whole backup; -EBADMSG with bad
 * set where the digest of a part is another; -EPROTO for one of a newer
 * version; -errno. */
BS_MUST_USE int bs_parts_read(struct bs_parts *parts, int fd, int store_fd,
    struct bs_progress *progress);

/* Writes octets to a file. Returns 0 or -errno. */
BS_MUST_USE int bs_parts_put(int fd, const char *octets, size_t len);

/* The name that a part has in the archive. */
const char *bs_parts_name(enum bs_part part);

/* Wipes and frees the texts. */
void bs_parts_free(struct bs_parts *parts);

#endif
