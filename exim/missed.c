/* Messages that the engine was not told of, remembered in Exim's spool. */
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <unistd.h>

#include "exim/missed.h"

#define NAME "backstop.missed"
#define LOG_SECONDS 60
#define AWAY_SECONDS 2

/* Returns whether the path fits. */
static bool
make_path(const char *spool, char *out, size_t size)
{
	int len = snprintf(out, size, "%s/" NAME, spool);

	return len > 0 && (size_t)len < size;
}

/* Makes the file unless it is there. Returns 0 or -errno. */
static int
make_file(const char *path, time_t missed, time_t logged)
{
	const struct timespec times[2] = {{.tv_sec = logged},
	    {.tv_sec = missed}};
	int fd = open(path,
	    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	int rc = 0;

	if (fd == -1)
		return -errno;
	if (futimens(fd, times) != 0)
		rc = -errno;
	close(fd);
	return rc;
}

/* Whether the minute is over, or the clock was set back. */
static bool
is_due(const char *path, time_t now)
{
	const struct timespec times[2] = {{.tv_sec = now},
	    {.tv_nsec = UTIME_OMIT}};
	struct stat st;

	if (lstat(path, &st) != 0)
		return true;
	if (now >= st.st_atime && now - st.st_atime < LOG_SECONDS)
		return false;
	/* where this fails, too much is logged, which is better than nothing */
	(void)utimensat(AT_FDCWD, path, times, AT_SYMLINK_NOFOLLOW);
	return true;
}

bool
bs_missed_note(const char *spool, time_t now)
{
	char path[PATH_MAX];

	if (!make_path(spool, path, sizeof(path)))
		return true;
	return make_file(path, now, now) == 0 || is_due(path, now);
}

bool
bs_missed_is_away(const char *spool, time_t now)
{
	char path[PATH_MAX];
	struct stat st;

	return make_path(spool, path, sizeof(path)) && lstat(path, &st) == 0 &&
	       now - st.st_mtime >= AWAY_SECONDS;
}

unsigned
bs_missed_take(const char *spool, time_t now)
{
	char path[PATH_MAX];
	struct stat st;

	if (!make_path(spool, path, sizeof(path)) || lstat(path, &st) != 0 ||
	    unlink(path) != 0)
		return 0;
	/* at least the second in which it was missed */
	if (st.st_mtime >= now)
		return 1;
	if (now - st.st_mtime >= UINT_MAX)
		return UINT_MAX;
	return (unsigned)(now - st.st_mtime) + 1;
}

void
bs_missed_put_back(const char *spool, unsigned seconds, time_t now)
{
	char path[PATH_MAX];

	/* one that is there by now is younger, and cannot be told either */
	if (!make_path(spool, path, sizeof(path)))
		return;
	(void)unlink(path);
	(void)make_file(path, now - (time_t)seconds, now);
}
