/* A small file of somebody else's, read whole and with care. */
#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/cli/doctor/files.h"
#include "common/base/file.h"
#include "common/base/privileges.h"

#define MAX_BYTES (1024 * 1024)

static bool
is_trusted_link(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0 &&
	       (!S_ISLNK(st.st_mode) || st.st_uid == 0 ||
		   st.st_uid == geteuid());
}

int
bs_doctor_read(const char *path, char **text, size_t *len)
{
	struct stat st;
	int fd;
	int rc;

	*text = NULL;
	*len = 0;
	/* opening a fifo must not wait for its other end */
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0)
		return -errno;
	if (fstat(fd, &st) != 0)
		rc = -errno;
	else if (!S_ISREG(st.st_mode))
		rc = -EISDIR;
	else if (!is_trusted_link(path))
		rc = -ELOOP;
	else if ((*text = malloc(MAX_BYTES)) == NULL)
		rc = -ENOMEM;
	else
		rc = bs_file_read(fd, *text, MAX_BYTES, len);
	close(fd);
	if (rc != 0) {
		free(*text);
		*text = NULL;
	}
	return rc;
}

size_t
bs_doctor_read_head(const char *path, char *out, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct stat st;
	ssize_t n = 0;

	if (fd < 0)
		return 0;
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
		n = read(fd, out, size);
	close(fd);
	return n > 0 ? (size_t)n : 0;
}

bool
bs_doctor_is_same_file(const char *one, const char *other)
{
	struct stat a;
	struct stat b;

	return strcmp(one, other) == 0 ||
	       (stat(one, &a) == 0 && stat(other, &b) == 0 &&
		   a.st_dev == b.st_dev && a.st_ino == b.st_ino);
}

int
bs_doctor_try(const char *user, const char *path, int how)
{
	int status = 0;
	pid_t child;

	if (geteuid() != 0 || getpwnam(user) == NULL)
		return 0;
	if ((child = fork()) == 0) {
		int rc = bs_privileges_become(user);

		if (rc != 0)
			_exit(-rc);
		_exit(access(path, how) != 0 ? errno : 0);
	}
	if (child < 0)
		return errno;
	while (waitpid(child, &status, 0) < 0 && errno == EINTR)
		;
	return WIFEXITED(status) ? WEXITSTATUS(status) : EIO;
}

int
bs_doctor_files_open(struct bs_doctor_files *files, const char *path,
    char **text, size_t *len)
{
	int rc;

	if (files->count == files->count_max ||
	    files->depth == files->depth_max)
		return -ELOOP;
	if ((rc = bs_doctor_read(path, text, len)) != 0)
		return rc;
	if ((files->names[files->count] = strdup(path)) == NULL) {
		free(*text);
		*text = NULL;
		return -ENOMEM;
	}
	files->count++;
	files->depth++;
	return 0;
}

void
bs_doctor_files_close(struct bs_doctor_files *files, char *text)
{
	files->depth--;
	free(text);
}

const char *
bs_doctor_files_name(const struct bs_doctor_files *files, size_t file)
{
	return file < files->count ? files->names[file] : "?";
}

void
bs_doctor_files_free(struct bs_doctor_files *files)
{
	for (size_t i = 0; i < files->count; i++)
		free(files->names[i]);
	files->count = 0;
}
