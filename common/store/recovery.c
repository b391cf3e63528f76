/* How the engine comes by its store: a child walks it first after an unclean
 * stop, because LMDB can crash on a damaged file; a damaged one is moved. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/store/lock.h"
#include "common/store/meta.h"
#include "common/store/recovery.h"
#include "common/base/ascii.h"

#define EXIT_SOUND 0
#define EXIT_DAMAGED 3

/* Whether the last engine put its mark before it ended. */
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

/* One write, of what nobody reads: it goes through the free list, which no
 * walk does. */
static int
try_write(const char *folder)
{
	struct bs_store *store = NULL;
	struct bs_entry entry;
	int rc;

	if ((rc = bs_store_open(folder, BS_STORE_WRITE, &store)) != 0)
		return rc;
	bs_meta_number(&entry, "checked", 1, 0);
	rc = bs_store_put(store, &entry, 1);
	bs_store_close(store);
	return rc;
}

/* Whether an error is none of the file's own: the parent will meet it. */
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

/* The child. */
static int
look(const char *folder)
{
	char path[PATH_MAX];
	uint64_t entries;
	uint64_t damaged = 0;
	bool clean;
	int rc;

	if (bs_lock_path(folder, "data.mdb", path) != 0 ||
	    access(path, F_OK) != 0)
		return EXIT_SOUND;
	rc = stopped_cleanly(folder, &clean);
	if (rc == 0 && clean)
		return EXIT_SOUND;
	if (rc == 0)
		rc = bs_store_check(folder, &entries, &damaged);
	if (rc == 0 && damaged == 0)
		rc = try_write(folder);
	return damaged > 0 || (rc != 0 && !is_of_the_host(rc)) ? EXIT_DAMAGED
							       : EXIT_SOUND;
}

pid_t
bs_recovery_start(const char *folder)
{
	pid_t pid = fork();

	if (pid == -1)
		return -errno;
	if (pid == 0)
		_exit(look(folder));
	return pid;
}

/* SIGBUS and its like are what a damaged file does to LMDB (a sanitizer ends
 * the process with 1 instead); SIGKILL and SIGTERM are somebody's wish. */
static bool
found_damage(int wait_status)
{
	if (WIFEXITED(wait_status))
		return WEXITSTATUS(wait_status) != EXIT_SOUND;
	switch (WTERMSIG(wait_status)) {
	case SIGBUS:
	case SIGSEGV:
	case SIGABRT:
	case SIGFPE:
	case SIGILL:
		return true;
	default:
		return false;
	}
}

enum bs_recovery
bs_recovery_finish(const char *folder, int wait_status, int64_t now,
    struct bs_store **out, int *error)
{
	bool damaged = found_damage(wait_status);

	*error = 0;
	if (!damaged) {
		*error = bs_store_open(folder, BS_STORE_HOLD, out);
		if (*error == 0)
			return BS_RECOVERY_OPENED;
		damaged = *error == -EUCLEAN;
	}
	if (!damaged)
		return BS_RECOVERY_LATER;
	*error = bs_store_set_aside(folder, now);
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
