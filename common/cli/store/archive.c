/* The file of "backstop backup": a tar archive, written and read by libarchive.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/libarchive.h"
#include "common/cli/store/archive.h"

#define BLOCK 65536

struct bs_archive {
	struct archive *archive;
	bool writes;
};

static int
begin(bool writes, struct bs_archive **out)
{
	struct bs_archive *self;
	int rc = bs_libarchive_load();

	if (rc != 0)
		return rc;
	if ((self = calloc(1, sizeof(*self))) == NULL)
		return -ENOMEM;
	self->writes = writes;
	self->archive = writes ? bs_libarchive.archive_write_new()
			       : bs_libarchive.archive_read_new();
	if (self->archive == NULL) {
		free(self);
		return -ENOMEM;
	}
	*out = self;
	return 0;
}

/* What libarchive itself complains of when it reads is the file's fault. */
static int
error_of(const struct bs_archive *self)
{
	int error = bs_libarchive.archive_errno(self->archive);

	if (error == ENOSPC || error == ENOMEM || error == EDQUOT ||
	    error == EFBIG)
		return -error;
	return self->writes || error == EIO ? -EIO : -EUCLEAN;
}

int
bs_archive_create(int fd, struct bs_archive **out)
{
	struct bs_archive *self;
	int rc = begin(true, &self);

	if (rc != 0)
		return rc;
	if (bs_libarchive.archive_write_set_format_pax_restricted(
		self->archive) == ARCHIVE_OK &&
	    bs_libarchive.archive_write_open_fd(self->archive, fd) ==
		ARCHIVE_OK) {
		*out = self;
		return 0;
	}
	rc = error_of(self);
	bs_archive_close(self);
	return rc;
}

int
bs_archive_open(int fd, struct bs_archive **out)
{
	struct bs_archive *self;
	int rc = begin(false, &self);

	if (rc != 0)
		return rc;
	/* tar alone, and not compressed: what few octets blow up to would have
	 * to be limited */
	if (bs_libarchive.archive_read_support_format_tar(self->archive) ==
		ARCHIVE_OK &&
	    bs_libarchive.archive_read_open_fd(self->archive, fd, BLOCK) ==
		ARCHIVE_OK) {
		*out = self;
		return 0;
	}
	rc = error_of(self);
	bs_archive_close(self);
	return rc;
}

int
bs_archive_add(struct bs_archive *self, const struct bs_archive_entry *entry,
    int64_t now)
{
	struct archive_entry *header = bs_libarchive.archive_entry_new();
	int rc;

	if (header == NULL)
		return -ENOMEM;
	bs_libarchive.archive_entry_set_pathname(header, entry->name);
	bs_libarchive.archive_entry_set_filetype(header, AE_IFREG);
	bs_libarchive.archive_entry_set_perm(header, entry->mode & 07777);
	bs_libarchive.archive_entry_set_size(header, (int64_t)entry->size);
	bs_libarchive.archive_entry_set_mtime(header, (time_t)now, 0);
	bs_libarchive.archive_entry_set_uname(header, "root");
	bs_libarchive.archive_entry_set_gname(header, "root");
	rc = bs_libarchive.archive_write_header(self->archive, header);
	bs_libarchive.archive_entry_free(header);
	return rc == ARCHIVE_OK ? 0 : error_of(self);
}

int
bs_archive_write(struct bs_archive *self, const void *octets, size_t len)
{
	la_ssize_t n =
	    bs_libarchive.archive_write_data(self->archive, octets, len);

	if (n < 0)
		return error_of(self);
	return (size_t)n == len ? 0 : -EIO;
}

int
bs_archive_finish(struct bs_archive *self)
{
	return bs_libarchive.archive_write_close(self->archive) == ARCHIVE_OK
		   ? 0
		   : error_of(self);
}

int
bs_archive_next(struct bs_archive *self, struct bs_archive_entry *out)
{
	struct archive_entry *header;
	const char *name;
	int rc = bs_libarchive.archive_read_next_header(self->archive, &header);

	if (rc == ARCHIVE_EOF)
		return BS_ARCHIVE_END;
	if (rc != ARCHIVE_OK)
		return error_of(self);
	name = bs_libarchive.archive_entry_pathname(header);
	/* a file with holes is as large as it says, however short it is here */
	if (name == NULL || strlen(name) >= sizeof(out->name) ||
	    bs_libarchive.archive_entry_filetype(header) != AE_IFREG ||
	    bs_libarchive.archive_entry_hardlink(header) != NULL ||
	    bs_libarchive.archive_entry_symlink(header) != NULL ||
	    bs_libarchive.archive_entry_sparse_count(header) > 0 ||
	    !bs_libarchive.archive_entry_size_is_set(header) ||
	    bs_libarchive.archive_entry_size(header) < 0)
		return -EUCLEAN;
	snprintf(out->name, sizeof(out->name), "%s", name);
	out->mode = bs_libarchive.archive_entry_perm(header);
	out->size = (uint64_t)bs_libarchive.archive_entry_size(header);
	return 0;
}

ssize_t
bs_archive_read(struct bs_archive *self, void *out, size_t size)
{
	la_ssize_t n =
	    bs_libarchive.archive_read_data(self->archive, out, size);

	return n < 0 ? error_of(self) : (ssize_t)n;
}

void
bs_archive_close(struct bs_archive *self)
{
	if (self == NULL)
		return;
	if (self->writes)
		bs_libarchive.archive_write_free(self->archive);
	else
		bs_libarchive.archive_read_free(self->archive);
	free(self);
}
