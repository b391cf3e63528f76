/* A store that may be damaged: looked at, moved aside, opened. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/base/ascii.h"
#include "common/base/privileges.h"
#include "common/store/lock.h"
#include "common/store/meta.h"
#include "common/store/recovery.h"

#define EXIT_SOUND 0
#define EXIT_DAMAGED 3
#define EXIT_UNREAD 4 /* stopped cleanly, and too large to be read at once */

/* How long a signature can wait for the store without harm. */
#define AT_ONCE_MS 200

/* Of work, and for a child of the engine to wait for locks and disks. A store
 * is read at a megabyte a second at least; a hole in its file takes no time. */
#define WORK_SECONDS 60
#define WAIT_SECONDS 600

static unsigned
megabytes(const char *folder)
{
	char path[PATH_MAX];
	struct stat st;

	return bs_lock_path(folder, "data.mdb", path) == 0 &&
		       stat(path, &st) == 0
		   ? (unsigned)(st.st_blocks >> 11)
		   : 0;
}

void
bs_recovery_limit_work(unsigned seconds)
{
	const struct itimerval limit = {.it_value = {.tv_sec = seconds}};

	setitimer(ITIMER_VIRTUAL, &limit, NULL);
}

/* The pages first: only then can LMDB look for anything in them. */
static int
read_through(const char *folder, uint64_t *entries, uint64_t *damaged)
{
	struct bs_store *store = NULL;
	int rc;

	*entries = 0;
	*damaged = 0;
	if ((rc = bs_store_open(folder, BS_STORE_PAGES, &store)) != 0)
		return rc;
	rc = bs_store_check_pages(store);
	bs_store_close(store);
	store = NULL;
	if (rc != 0 || (rc = bs_store_open(folder, BS_STORE_READ, &store)) != 0)
		return rc;
	rc = bs_store_check(store, entries, damaged);
	bs_store_close(store);
	return rc;
}

int
bs_recovery_check(const char *folder, uint64_t *entries, uint64_t *damaged)
{
	int rc;

	bs_recovery_limit_work(WORK_SECONDS + megabytes(folder));
	rc = read_through(folder, entries, damaged);
	bs_recovery_limit_work(0);
	return rc;
}

int
bs_recovery_set_aside(const char *folder, const char *why, int64_t now)
{
	char from[PATH_MAX];
	char to[PATH_MAX];
	int len;

	len = snprintf(from, sizeof(from), "%s/data.mdb", folder);
	if (len < 0 || (size_t)len >= sizeof(from))
		return -ENAMETOOLONG;
	len = snprintf(to, sizeof(to), "%s/data.mdb.%s-%" PRId64, folder, why,
	    now);
	if (len < 0 || (size_t)len >= sizeof(to))
		return -ENAMETOOLONG;
	if (rename(from, to) != 0)
		return -errno;
	/* the lock file belongs to the file that went */
	len = snprintf(from, sizeof(from), "%s/lock.mdb", folder);
	if (len > 0 && (size_t)len < sizeof(from) && unlink(from) != 0 &&
	    errno != ENOENT)
		return -errno;
	return 0;
}

/* Whether the last engine left its clean-stop mark. */
static int
stopped_cleanly(const char *folder, bool *clean)
{
	struct bs_store *store = NULL;
	struct bs_meta meta;
	int rc;

	*clean = false;
	if ((rc = bs_store_open(folder, BS_STORE_READ, &store)) != 0)
		return rc;
	if ((rc = bs_meta_load(store, &meta)) == 0)
		*clean = meta.clean_stop != 0;
	bs_store_close(store);
	return rc;
}

/* Writes a mark that nobody reads. */
static int
try_write(const char *folder)
{
	struct bs_store *store = NULL;
	struct bs_change change;
	int rc;

	if ((rc = bs_store_open(folder, BS_STORE_WRITE, &store)) != 0)
		return rc;
	bs_meta_number(&change, "checked", 1, 0);
	rc = bs_store_apply(store, &change, 1);
	bs_store_close(store);
	return rc;
}

/* Whether an error says nothing of the file; the parent will meet it, too. */
static bool
is_of_the_host(int rc)
{
	static const int errors[] = {-EACCES, -EPERM, -EPROTO, -ENOMEM, -EAGAIN,
	    -EMFILE, -ENFILE, -EROFS, -ENOSPC, -EIO, -EDQUOT, -EFBIG,
	    -ENAMETOOLONG};

	for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++)
		if (rc == errors[i])
			return true;
	return false;
}

static int
outcome_of(int rc, uint64_t damaged)
{
	return damaged > 0 || (rc != 0 && !is_of_the_host(rc)) ? EXIT_DAMAGED
							       : EXIT_SOUND;
}

/* The child that reads a store which the engine has open already. */
static int
read_all(const char *folder)
{
	uint64_t entries;
	uint64_t damaged;
	int rc = read_through(folder, &entries, &damaged);

	return outcome_of(rc, damaged);
}

static void
give_up(int signal_number)
{
	(void)signal_number;
	_exit(EXIT_UNREAD);
}

/* After a clean stop: a page can be lost all the same. */
static int
read_at_once(const char *folder)
{
	const struct itimerval limit = {
	    .it_value = {.tv_usec = AT_ONCE_MS * 1000}};
	uint64_t entries;
	uint64_t damaged;
	int rc;

	signal(SIGALRM, give_up);
	setitimer(ITIMER_REAL, &limit, NULL);
	rc = read_through(folder, &entries, &damaged);
	return outcome_of(rc, damaged);
}

/* The child that looks before the engine opens the store. */
static int
look(const char *folder)
{
	char path[PATH_MAX];
	bool clean;
	int status;
	int rc;

	if (bs_lock_path(folder, "data.mdb", path) != 0 ||
	    access(path, F_OK) != 0)
		return EXIT_SOUND;
	rc = stopped_cleanly(folder, &clean);
	if (rc != 0)
		return is_of_the_host(rc) ? EXIT_SOUND : EXIT_DAMAGED;
	if (clean)
		return read_at_once(folder);
	if ((status = read_all(folder)) != EXIT_SOUND)
		return status;
	rc = try_write(folder);
	return rc == 0 || is_of_the_host(rc) ? EXIT_SOUND : EXIT_DAMAGED;
}

static pid_t
start(const char *folder, int (*run)(const char *folder))
{
	pid_t pid = fork();

	if (pid == -1)
		return -errno;
	if (pid == 0) {
		/* above all the listening socket: should the engine be killed,
		 * the next one could not tell us from an engine that answers */
		if (close_range(STDERR_FILENO + 1, ~0U, 0) != 0)
			_exit(EXIT_UNREAD);
		bs_privileges_leave_terminal();
		bs_privileges_end_with_parent();
		bs_recovery_limit_work(WORK_SECONDS + megabytes(folder));
		alarm(WAIT_SECONDS + megabytes(folder));
		_exit(run(folder));
	}
	return pid;
}

pid_t
bs_recovery_start(const char *folder)
{
	return start(folder, look);
}

pid_t
bs_recovery_start_reading(const char *folder)
{
	return start(folder, read_all);
}

/* A damaged file kills LMDB by SIGBUS and the like (under a sanitizer the
 * process exits with 1), or leads it in a circle until SIGVTALRM. SIGKILL and
 * SIGTERM were sent by somebody. */
bool
bs_recovery_found_damage(int wait_status)
{
	if (WIFEXITED(wait_status))
		return WEXITSTATUS(wait_status) != EXIT_SOUND &&
		       WEXITSTATUS(wait_status) != EXIT_UNREAD;
	switch (WTERMSIG(wait_status)) {
	case SIGBUS:
	case SIGSEGV:
	case SIGABRT:
	case SIGFPE:
	case SIGILL:
	case SIGVTALRM:
		return true;
	default:
		return false;
	}
}

bool
bs_recovery_left_unread(int wait_status)
{
	return WIFEXITED(wait_status) &&
	       WEXITSTATUS(wait_status) == EXIT_UNREAD;
}

enum bs_recovery
bs_recovery_finish(const char *folder, int wait_status, int64_t now,
    struct bs_store **out, int *error)
{
	bool damaged = bs_recovery_found_damage(wait_status);

	*error = -ETIMEDOUT;
	if (WIFSIGNALED(wait_status) && WTERMSIG(wait_status) == SIGALRM)
		return BS_RECOVERY_LATER;
	*error = 0;
	if (!damaged) {
		*error = bs_store_open(folder, BS_STORE_HOLD, out);
		if (*error == 0)
			return BS_RECOVERY_OPENED;
		damaged = *error == -EUCLEAN;
	}
	if (!damaged)
		return BS_RECOVERY_LATER;
	*error = bs_recovery_set_aside(folder, "damaged", now);
	if (*error == 0)
		*error = bs_store_open(folder, BS_STORE_HOLD, out);
	return *error == 0 ? BS_RECOVERY_NEW : BS_RECOVERY_LATER;
}

void
bs_recovery_boot_id(uint8_t boot[static 16])
{
	char text[64];
	ssize_t len = 0;
	size_t at = 0;
	int fd;

	memset(boot, 0, 16);
	fd = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
	if (fd != -1) {
		len = read(fd, text, sizeof(text));
		close(fd);
	}
	for (ssize_t i = 0; i + 1 < len && at < 16; i++) {
		int high = bs_ascii_hex(text[i]);
		int low = bs_ascii_hex(text[i + 1]);

		if (high < 0 || low < 0)
			continue;
		boot[at++] = (uint8_t)(high << 4 | low);
		i++;
	}
}
