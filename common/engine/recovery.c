/* How the engine comes by its store: a child walks it first after an unclean
 * stop, because LMDB can crash on a damaged file; a damaged one is moved. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/engine/meta.h"
#include "common/engine/recovery.h"
#include "common/pure/ascii.h"

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

/* The child. An error that is not the file's own fault is left for the
 * parent to meet. */
static int
look(const char *folder)
{
	uint64_t entries;
	uint64_t damaged = 0;
	bool clean;
	int rc;

	rc = stopped_cleanly(folder, &clean);
	if (rc == 0 && clean)
		return EXIT_SOUND;
	if (rc == 0)
		rc = bs_store_check(folder, &entries, &damaged);
	if (rc == -EUCLEAN || rc == -EBADMSG || damaged > 0)
		return EXIT_DAMAGED;
	return EXIT_SOUND;
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

/* SIGBUS and its like are what a damaged file does to LMDB; SIGKILL and
 * SIGTERM are somebody's wish. */
static bool
found_damage(int wait_status)
{
	if (WIFEXITED(wait_status))
		return WEXITSTATUS(wait_status) == EXIT_DAMAGED;
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
