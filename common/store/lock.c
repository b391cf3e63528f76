/* Lock files in a folder of ours. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <unistd.h>

#include "common/store/lock.h"

int
bs_lock_path(const char *folder, const char *name, char out[static PATH_MAX])
{
	int len = snprintf(out, PATH_MAX, "%s/%s", folder, name);

	return len < 0 || len >= PATH_MAX ? -ENAMETOOLONG : 0;
}

int
bs_lock_take(const char *folder, const char *name, bool wait)
{
	char path[PATH_MAX];
	int fd;
	int rc;

	if ((rc = bs_lock_path(folder, name, path)) != 0)
		return rc;
	if ((fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600)) == -1)
		return -errno;
	do
		rc = flock(fd, wait ? LOCK_EX : LOCK_EX | LOCK_NB);
	while (rc != 0 && errno == EINTR);
	if (rc == 0)
		return fd;
	rc = errno == EWOULDBLOCK ? -EBUSY : -errno;
	close(fd);
	return rc;
}

int
bs_lock_is_held(const char *folder, const char *name)
{
	char path[PATH_MAX];
	int fd;
	int rc;

	if ((rc = bs_lock_path(folder, name, path)) != 0)
		return rc;
	if ((fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)) == -1)
		return -errno;
	if (flock(fd, LOCK_SH | LOCK_NB) != 0)
		rc = errno == EWOULDBLOCK ? 1 : -errno;
	close(fd);
	return rc;
}
