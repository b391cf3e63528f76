/* What Exim's processes know of the engine together, in files of its spool. */
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <unistd.h>

#include "exim/outage_files.h"

#define MISSED "backstop.missed"
#define AWAY "backstop.away"
#define LOGGED "backstop.logged"
#define WARNED "backstop.warned"
#define SINCE "backstop.since"

#define LOG_SECONDS 60
#define AWAY_SECONDS 2
#define TRY_SECONDS 5

/* Returns whether the path fits. */
static bool
make_path(const char *spool, const char *name, char *out, size_t size)
{
	int len = snprintf(out, size, "%s/%s", spool, name);

	return len > 0 && (size_t)len < size;
}

/* Returns whether the file is there, and its times. */
static bool
look(const char *spool, const char *name, struct stat *st)
{
	char path[PATH_MAX];

	return make_path(spool, name, path, sizeof(path)) &&
	       lstat(path, st) == 0;
}

/* Makes the file unless it is there. Returns 0 or -errno. */
static int
make_file(const char *path, const struct timespec times[2])
{
	int fd = open(path,
	    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	int rc = 0;

	if (fd == -1)
		return -errno;
	if (futimens(fd, times) != 0 || fsync(fd) != 0)
		rc = -errno;
	close(fd);
	return rc;
}

/* Sets the times of a file that is there. Returns 0 or -errno. */
static int
set_times(const char *path, const struct timespec times[2])
{
	return utimensat(AT_FDCWD, path, times, AT_SYMLINK_NOFOLLOW) == 0
		   ? 0
		   : -errno;
}

/* Sets the times of a file that is made if it is not there. Returns whether
 * that could be done. */
static bool
put_times(const char *spool, const char *name, struct timespec accessed,
    struct timespec modified)
{
	const struct timespec times[2] = {accessed, modified};
	char path[PATH_MAX];
	int rc;

	if (!make_path(spool, name, path, sizeof(path)))
		return false;
	if ((rc = set_times(path, times)) == -ENOENT)
		rc = make_file(path, times);
	/* another process was faster: it knows the same */
	return rc == 0 || rc == -EEXIST;
}

/* Exim syncs each message that it accepts: what says that the engine was not
 * told of it must not be lost before. */
static void
sync_new_file(const char *spool)
{
	int fd = open(spool, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd == -1)
		return;
	(void)fsync(fd);
	close(fd);
}

static void
note_leaving(const char *spool, time_t now)
{
	/* the real time, to the finest: it tells a later one from this */
	const struct timespec last = {.tv_nsec = UTIME_NOW};
	const struct timespec first[2] = {last, {.tv_sec = now}};
	const struct timespec again[2] = {last, {.tv_nsec = UTIME_OMIT}};
	char path[PATH_MAX];

	if (!make_path(spool, MISSED, path, sizeof(path)))
		return;
	/* it may have been told and forgotten in between */
	for (int i = 0; i < 3; i++) {
		int rc = make_file(path, first);

		if (rc == 0)
			sync_new_file(spool);
		if (rc != -EEXIST || set_times(path, again) != -ENOENT)
			return;
	}
}

static void
note_away(const char *spool, time_t now)
{
	const struct timespec at = {.tv_sec = now};
	struct stat st;

	if (look(spool, AWAY, &st) && st.st_mtime != 0)
		return;
	(void)put_times(spool, AWAY, at, at);
}

/* Whether the minute is over, or the clock was set back. */
static bool
is_log_due(const char *spool, const char *name, time_t now)
{
	const struct timespec at = {.tv_sec = now};
	struct stat st;

	if (look(spool, name, &st) && now >= st.st_mtime &&
	    now - st.st_mtime < LOG_SECONDS)
		return false;
	/* where this fails, too much is logged, which is better than nothing */
	(void)put_times(spool, name, at, at);
	return true;
}

bool
bs_outage_files_note(const char *spool, bool leaves, time_t now)
{
	if (leaves)
		note_leaving(spool, now);
	note_away(spool, now);
	return is_log_due(spool, LOGGED, now);
}

bool
bs_outage_files_warns(const char *spool, time_t now)
{
	return is_log_due(spool, WARNED, now);
}

void
bs_outage_files_answered(const char *spool)
{
	const struct timespec same = {.tv_nsec = UTIME_OMIT};
	const struct timespec never = {.tv_sec = 0};
	struct stat st;

	if (look(spool, AWAY, &st) && st.st_mtime != 0)
		(void)put_times(spool, AWAY, same, never);
}

enum bs_outage_files_engine
bs_outage_files_engine(const char *spool, time_t now)
{
	const struct timespec same = {.tv_nsec = UTIME_OMIT};
	const struct timespec at = {.tv_sec = now};
	struct stat st;

	if (!look(spool, AWAY, &st) || st.st_mtime == 0 ||
	    now - st.st_mtime < AWAY_SECONDS)
		return BS_OUTAGE_FILES_ANSWERS;
	if ((now >= st.st_atime && now - st.st_atime < TRY_SECONDS) ||
	    !put_times(spool, AWAY, at, same))
		return BS_OUTAGE_FILES_AWAY;
	return BS_OUTAGE_FILES_TRY;
}

bool
bs_outage_files_look(const char *spool, time_t now,
    struct bs_outage_missed *missed)
{
	struct stat st;

	if (!look(spool, MISSED, &st))
		return false;
	missed->last = st.st_atim;
	/* at least the second in which it was missed */
	if (st.st_mtime >= now)
		missed->seconds = 1;
	else if (now - st.st_mtime >= UINT_MAX)
		missed->seconds = UINT_MAX;
	else
		missed->seconds = (unsigned)(now - st.st_mtime) + 1;
	return true;
}

time_t
bs_outage_files_since(const char *spool, time_t now)
{
	const struct timespec at = {.tv_sec = now};
	const struct timespec times[2] = {at, at};
	char path[PATH_MAX];
	struct stat st;

	if (!look(spool, SINCE, &st)) {
		if (make_path(spool, SINCE, path, sizeof(path)) &&
		    make_file(path, times) == 0)
			sync_new_file(spool);
		return now;
	}
	return st.st_mtime < now ? st.st_mtime : now;
}

void
bs_outage_files_told(const char *spool, const struct bs_outage_missed *told)
{
	char path[PATH_MAX];
	struct stat st;

	if (look(spool, MISSED, &st) &&
	    st.st_atim.tv_sec == told->last.tv_sec &&
	    st.st_atim.tv_nsec == told->last.tv_nsec &&
	    make_path(spool, MISSED, path, sizeof(path)))
		(void)unlink(path);
}
