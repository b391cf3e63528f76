/* What a filter did not tell the engine, kept on the disk beyond its end. */
#include <sys/file.h>
#include <sys/stat.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "filter/kept.h"

#define SINCE "since"

/* Made by a package that takes the filter away. */
#define REMOVED "removed"

/* What a filter's file holds. */
struct line {
	int64_t until;
	uint64_t settled;
};

/* An empty file says that nothing was told since it was made: that is how a
 * package that takes the filter away leaves word. */
static struct line
read_line(int fd)
{
	struct line line;
	struct stat st;

	if (pread(fd, &line, sizeof(line), 0) != (ssize_t)sizeof(line)) {
		memset(&line, 0, sizeof(line));
		if (fstat(fd, &st) == 0)
			line.until = (int64_t)st.st_mtime;
	}
	return line;
}

static int
write_line(const struct bs_kept *kept, time_t until)
{
	const struct line line = {(int64_t)until, kept->settled};

	return pwrite(kept->fd, &line, sizeof(line), 0) == (ssize_t)sizeof(line)
		   ? 0
		   : -1;
}

/* Makes the file under another name, so that nobody sees it without its lock.
 * Returns 0 or -1. */
static int
make_file(struct bs_kept *kept, time_t now)
{
	char fresh[32];
	struct timespec at;

	snprintf(fresh, sizeof(fresh), ".%ld", (long)getpid());
	clock_gettime(CLOCK_REALTIME, &at);
	snprintf(kept->name, sizeof(kept->name), "%ld.%lld.%ld", (long)getpid(),
	    (long long)at.tv_sec, at.tv_nsec);
	kept->fd = openat(kept->folder_fd, fresh,
	    O_RDWR | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (kept->fd < 0)
		return -1;
	if (flock(kept->fd, LOCK_EX | LOCK_NB) == 0 &&
	    write_line(kept, now) == 0 && fsync(kept->fd) == 0 &&
	    renameat(kept->folder_fd, fresh, kept->folder_fd, kept->name) ==
		0 &&
	    fsync(kept->folder_fd) == 0)
		return 0;
	(void)unlinkat(kept->folder_fd, fresh, 0);
	(void)unlinkat(kept->folder_fd, kept->name, 0);
	close(kept->fd);
	kept->fd = -1;
	return -1;
}

/* Makes the mark since when there are such files, unless it is there. */
static int
make_since(const struct bs_kept *kept)
{
	int fd = openat(kept->folder_fd, SINCE,
	    O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	int rc = fd < 0 ? -1 : fsync(fd);

	if (fd >= 0)
		close(fd);
	return rc;
}

void
bs_kept_open(struct bs_kept *kept, const char *folder, time_t now)
{
	memset(kept, 0, sizeof(*kept));
	kept->fd = -1;
	kept->folder_fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (kept->folder_fd < 0)
		return;
	if (make_since(kept) == 0 && make_file(kept, now) == 0)
		return;
	close(kept->folder_fd);
	kept->folder_fd = -1;
}

bool
bs_kept_is_open(const struct bs_kept *kept)
{
	return kept->folder_fd >= 0;
}

time_t
bs_kept_since(const struct bs_kept *kept, time_t now)
{
	struct stat st;

	if (!bs_kept_is_open(kept) ||
	    fstatat(kept->folder_fd, SINCE, &st, AT_SYMLINK_NOFOLLOW) != 0 ||
	    st.st_mtime > now)
		return now;
	return st.st_mtime;
}

void
bs_kept_until(const struct bs_kept *kept, time_t until)
{
	if (bs_kept_is_open(kept))
		(void)write_line(kept, until);
}

/* Whether a name is that of a filter's file, as make_file() has it: all others
 * are left alone, as the folder may be one that somebody mistook for ours. */
static bool
is_of_a_filter(const char *name)
{
	return strcmp(name, REMOVED) == 0 ||
	       (name[0] != '.' && name[strspn(name, "0123456789.")] == '\0');
}

/* The next file of another filter, open; or -1 when there are no more. */
static int
next_file(const struct bs_kept *kept, DIR *folder, char name[static 256])
{
	const struct dirent *entry;
	int fd;

	while ((entry = readdir(folder)) != NULL) {
		if (!is_of_a_filter(entry->d_name) ||
		    strcmp(entry->d_name, kept->name) == 0)
			continue;
		snprintf(name, 256, "%s", entry->d_name);
		fd = openat(kept->folder_fd, name,
		    O_RDWR | O_NOFOLLOW | O_CLOEXEC);
		if (fd >= 0)
			return fd;
	}
	return -1;
}

/* Opens the folder for a walk; NULL where it cannot be read. */
static DIR *
open_folder(const struct bs_kept *kept)
{
	int fd =
	    openat(kept->folder_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *folder = fd < 0 ? NULL : fdopendir(fd);

	if (folder == NULL && fd >= 0)
		close(fd);
	return folder;
}

bool
bs_kept_inherit(const struct bs_kept *kept, time_t *until)
{
	const struct line own =
	    bs_kept_is_open(kept) ? read_line(kept->fd) : (struct line){0};
	int64_t oldest = own.until;
	DIR *folder = NULL;
	char name[256];
	bool found = false;
	int fd;

	if (!bs_kept_is_open(kept) || (folder = open_folder(kept)) == NULL)
		return false;
	while ((fd = next_file(kept, folder, name)) >= 0) {
		if (flock(fd, LOCK_EX | LOCK_NB) == 0) {
			struct line line = read_line(fd);

			if (line.until < oldest)
				oldest = line.until;
			if (write_line(kept, (time_t)oldest) == 0 &&
			    fsync(kept->fd) == 0) {
				(void)unlinkat(kept->folder_fd, name, 0);
				*until = (time_t)oldest;
				found = true;
			}
		}
		close(fd);
	}
	closedir(folder);
	return found;
}

bool
bs_kept_settle(struct bs_kept *kept, uint64_t asks)
{
	struct line own;
	DIR *folder;
	char name[256];
	bool all = true;
	int fd;

	if (!bs_kept_is_open(kept))
		return true;
	if ((folder = open_folder(kept)) == NULL)
		return false;
	own = read_line(kept->fd);
	kept->settled = asks;
	if (write_line(kept, (time_t)own.until) != 0)
		all = false;
	while ((fd = next_file(kept, folder, name)) >= 0) {
		if (read_line(fd).settled != asks)
			all = false;
		close(fd);
	}
	closedir(folder);
	return all;
}

void
bs_kept_close(struct bs_kept *kept, bool is_told, time_t until)
{
	if (!bs_kept_is_open(kept))
		return;
	if (is_told)
		(void)unlinkat(kept->folder_fd, kept->name, 0);
	else if (write_line(kept, until) == 0)
		(void)fsync(kept->fd);
	close(kept->fd);
	close(kept->folder_fd);
	kept->fd = -1;
	kept->folder_fd = -1;
}
