/* The file of "backstop backup": a tar archive, written and read by libarchive.
 */
#ifndef BS_CLI_STORE_ARCHIVE_H
#define BS_CLI_STORE_ARCHIVE_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "common/base/backstop.h"

/* bs_archive_next(): no more entries. */
#define BS_ARCHIVE_END 1

#define BS_ARCHIVE_NAME 64

struct bs_archive;

/* A plain file in an archive. */
struct bs_archive_entry {
	char name[BS_ARCHIVE_NAME];
	mode_t mode;
	uint64_t size;
};

/* Begin to write or read at a descriptor, which stays the caller's. Return 0 or
 * -errno. */
BS_MUST_USE int bs_archive_create(int fd, struct bs_archive **out);
BS_MUST_USE int bs_archive_open(int fd, struct bs_archive **out);

/* Begins the next entry; its octets follow, as many as its size says. Returns 0
 * or -errno. */
BS_MUST_USE int bs_archive_add(struct bs_archive *archive,
    const struct bs_archive_entry *entry, int64_t now);
BS_MUST_USE int bs_archive_write(struct bs_archive *archive, const void *octets,
    size_t len);

/* Writes the end. Returns 0 or -errno. */
BS_MUST_USE int bs_archive_finish(struct bs_archive *archive);

/* Reads the next entry. Returns 0, BS_ARCHIVE_END, -EUCLEAN for what is no
 * archive, or has an entry that is no plain file, or -errno. */
BS_MUST_USE int bs_archive_next(struct bs_archive *archive,
    struct bs_archive_entry *out);

/* Reads octets of the entry. Returns how many, 0 at its end, or -errno. */
BS_MUST_USE ssize_t bs_archive_read(struct bs_archive *archive, void *out,
    size_t size);

/* Takes NULL. */
void bs_archive_close(struct bs_archive *archive);

#endif
