/* Files that are read and replaced whole. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/base/file.h"

int
bs_file_read(int fd, char *out, size_t size, size_t *len)
{
	ssize_t n;

	*len = 0;
	while (*len < size) {
		if ((n = read(fd, out + *len, size - *len)) == 0)
			return 0;
		if (n > 0)
			*len += (size_t)n;
		else if (errno != EINTR)
			return -errno;
	}
	return -EFBIG;
}

/* Writes all of it, and syncs it. */
static int
fill(int fd, const char *text, size_t len, mode_t mode, uid_t uid, gid_t gid)
{
	ssize_t n;

	/* the owner first: a change of it clears bits of the mode */
	if (fchown(fd, uid, gid) != 0 || fchmod(fd, mode) != 0)
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

/* Syncs the folder of a file: only then has a rename come to stay. */
static int
sync_folder(const char *path)
{
	char folder[PATH_MAX];
	const char *slash = strrchr(path, '/');
	int rc = 0;
	int fd;

	snprintf(folder, sizeof(folder), "%.*s",
	    slash == NULL ? 1 : (int)(slash - path) + 1,
	    slash == NULL ? "." : path);
	if ((fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) == -1)
		return -errno;
	if (fsync(fd) != 0)
		rc = -errno;
	close(fd);
	return rc;
}

static bool
is_as_it_was(const char *path, const struct stat *was)
{
	struct stat now;

	return stat(path, &now) == 0 && now.st_ino == was->st_ino &&
	       now.st_dev == was->st_dev && now.st_size == was->st_size &&
	       now.st_mtim.tv_sec == was->st_mtim.tv_sec &&
	       now.st_mtim.tv_nsec == was->st_mtim.tv_nsec;
}

/* was: NULL, or what the file must still be. */
static int
replace(const char *path, const char *text, size_t len, mode_t mode, uid_t uid,
    gid_t gid, const struct stat *was)
{
	char fresh[PATH_MAX];
	int name_len = snprintf(fresh, sizeof(fresh), "%s.XXXXXX", path);
	int fd;
	int rc;

	if (name_len < 0 || (size_t)name_len >= sizeof(fresh))
		return -ENAMETOOLONG;
	if ((fd = mkostemp(fresh, O_CLOEXEC)) == -1)
		return -errno;
	rc = fill(fd, text, len, mode, uid, gid);
	close(fd);
	if (rc == 0 && was != NULL && !is_as_it_was(path, was))
		rc = -EAGAIN;
	if (rc == 0 && rename(fresh, path) != 0)
		rc = -errno;
	if (rc != 0) {
		unlink(fresh);
		return rc;
	}
	return sync_folder(path);
}

int
bs_file_replace(const char *path, const char *text, size_t len, mode_t mode,
    gid_t gid)
{
	return replace(path, text, len, mode, (uid_t)-1, gid, NULL);
}

int
bs_file_rewrite(const char *path, const char *text, size_t len,
    const struct stat *was)
{
	return replace(path, text, len, was->st_mode & 07777, was->st_uid,
	    was->st_gid, was);
}
