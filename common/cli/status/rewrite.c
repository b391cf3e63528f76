/* A file that a person wrote: read whole, and replaced in one step. */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/cli/status/rewrite.h"
#include "common/base/file.h"

#define MAX_BYTES (1024 * 1024)

int
bs_rewrite_read(const char *path, struct bs_rewrite *out)
{
	int fd;
	int rc;

	memset(out, 0, sizeof(*out));
	if (realpath(path, out->path) == NULL)
		return -errno;
	if ((fd = open(out->path, O_RDONLY | O_CLOEXEC)) < 0)
		return -errno;
	if (fstat(fd, &out->stat) != 0)
		rc = -errno;
	else if ((out->text = malloc(MAX_BYTES)) == NULL)
		rc = -ENOMEM;
	else
		rc = bs_file_read(fd, out->text, MAX_BYTES, &out->len);
	close(fd);
	return rc;
}

void
bs_rewrite_free(struct bs_rewrite *file)
{
	free(file->text);
	file->text = NULL;
}

static int
fill(int fd, const struct stat *like, const char *text, size_t len)
{
	ssize_t n;

	/* the owner first: a change of it clears bits of the mode */
	if (fchown(fd, like->st_uid, like->st_gid) != 0 ||
	    fchmod(fd, like->st_mode & 07777) != 0)
		return -errno;
	while (len > 0) {
		if ((n = write(fd, text, len)) < 0 && errno != EINTR)
			return -errno;
		if (n > 0) {
			text += n;
			len -= (size_t)n;
		}
	}
	return fsync(fd) != 0 ? -errno : 0;
}

static bool
is_as_read(const struct bs_rewrite *file)
{
	struct stat now;

	return stat(file->path, &now) == 0 && now.st_ino == file->stat.st_ino &&
	       now.st_dev == file->stat.st_dev &&
	       now.st_size == file->stat.st_size &&
	       now.st_mtim.tv_sec == file->stat.st_mtim.tv_sec &&
	       now.st_mtim.tv_nsec == file->stat.st_mtim.tv_nsec;
}

/* Makes a rename last. */
static int
sync_folder(const char *path)
{
	char folder[PATH_MAX];
	int fd;
	int rc = 0;

	snprintf(folder, sizeof(folder), "%s", path);
	*(strrchr(folder, '/') + 1) = '\0'; /* a real path has one */
	if ((fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) < 0)
		return -errno;
	if (fsync(fd) != 0)
		rc = -errno;
	close(fd);
	return rc;
}

int
bs_rewrite_save(const struct bs_rewrite *file, const char *text, size_t len)
{
	char fresh[PATH_MAX + 8];
	int fd;
	int rc;

	snprintf(fresh, sizeof(fresh), "%s.XXXXXX", file->path);
	if ((fd = mkostemp(fresh, O_CLOEXEC)) < 0)
		return -errno;
	rc = fill(fd, &file->stat, text, len);
	close(fd);
	if (rc == 0 && !is_as_read(file))
		rc = -EAGAIN;
	if (rc == 0 && rename(fresh, file->path) != 0)
		rc = -errno;
	if (rc != 0)
		unlink(fresh);
	return rc != 0 ? rc : sync_folder(file->path);
}
