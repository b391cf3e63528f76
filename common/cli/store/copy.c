/* A copy of the store, made while an engine runs. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/cli/cli.h"
#include "common/cli/load.h"
#include "common/cli/output.h"
#include "common/cli/store/copy.h"
#include "common/cli/store/interrupt.h"
#include "common/cli/store/store.h"
#include "common/store/meta.h"
#include "common/store/recovery.h"

struct source {
	int fd; /* to copy to */
	const uint8_t *store_key;
};

/* What a restore would refuse is not copied. */
static int
copy(const struct bs_child *child)
{
	const struct source *source = child->context;
	struct bs_copy *result = child->result;
	struct bs_store *store;
	uint64_t entries;
	uint64_t damaged;
	int rc = bs_recovery_check(child->folder, &entries, &damaged);

	if (rc != 0 || damaged > 0)
		return rc != 0 ? rc : -EUCLEAN;
	if ((rc = bs_store_open(child->folder, BS_STORE_READ, &store)) != 0)
		return rc;
	if (source->store_key != NULL)
		rc = bs_meta_check_key(store, source->store_key);
	if (rc >= 0 && (rc = bs_store_stat(store, &result->stat)) == 0)
		rc = bs_store_copy(store, source->fd);
	bs_store_close(store);
	return rc;
}

int
bs_copy_store(const char *folder, const uint8_t *store_key, int fd,
    struct bs_copy *out)
{
	const struct source source = {.fd = fd, .store_key = store_key};
	struct bs_child child = {.folder = folder,
	    .run = copy,
	    .context = &source,
	    .result = out,
	    .size = sizeof(*out),
	    .progress = "copying"};
	struct stat st = {0};
	int rc = bs_child_run(&child);

	if (rc == 0 && (fsync(fd) != 0 || fstat(fd, &st) != 0))
		rc = -errno;
	out->bytes = st.st_size;
	return rc;
}

int
bs_copy_complain(const char *folder, const char *path, int rc)
{
	switch (rc) {
	case -ENOSPC:
	case -EDQUOT:
	case -EFBIG:
		/* what is only read takes no room */
		bs_complain("%s: %s", path, strerror(-rc));
		return bs_exit_of(rc);
	case -EUCLEAN:
		bs_complain("%s: is damaged, and would not be restored; "
			    "restart backstopd: it moves the store aside and "
			    "begins a new one",
		    folder);
		return bs_exit_of(rc);
	default:
		return bs_store_complain(folder, rc);
	}
}

static int
complain_taken(const char *path)
{
	bs_complain("%s: is there already; name another file", path);
	return -BS_EXIT_NO;
}

int
bs_copy_begin(const char *path, char fresh[static BS_COPY_NAME])
{
	int len = snprintf(fresh, BS_COPY_NAME, "%s.XXXXXX", path);
	struct stat st;
	int fd = -1;

	if (lstat(path, &st) == 0)
		return complain_taken(path);
	bs_interrupt_hold();
	errno = ENAMETOOLONG;
	if (len > 0 && len < PATH_MAX)
		fd = mkostemp(fresh, O_CLOEXEC); /* mode 0600 */
	len = errno;
	if (fd >= 0)
		bs_interrupt_removes(fresh);
	bs_interrupt_release();
	if (fd < 0) {
		bs_complain("%s: %s", path, strerror(len));
		return -bs_exit_of(-len);
	}
	return fd;
}

/* A link is not made over a file that is there; a rename is. Where the file
 * system knows no links, as on many sticks, there is nothing better. */
static int
give_name(const char *fresh, const char *path)
{
	struct stat st;

	if (link(fresh, path) == 0)
		return unlink(fresh) == 0 ? 0 : -errno;
	if (errno == EEXIST || lstat(path, &st) == 0)
		return -EEXIST;
	return rename(fresh, path) == 0 ? 0 : -errno;
}

int
bs_copy_end(int fd, const char *path, const char *fresh, int rc)
{
	if (rc == 0 && fsync(fd) != 0)
		rc = -errno;
	if (close(fd) != 0 && rc == 0)
		rc = -errno;
	if (rc == 0)
		rc = give_name(fresh, path);
	if (rc != 0)
		(void)unlink(fresh);
	bs_interrupt_forget();
	return rc;
}
