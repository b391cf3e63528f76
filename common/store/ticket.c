/* The ticket of a clean stop, kept outside the store: it shows that the store
 * which an engine finds is the one that the last engine left. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/store/lock.h"
#include "common/store/ticket.h"

#define STATE_FILE "stop.ticket"
#define RUN_FILE "engine.ticket"

/* What is kept in the state folder. A copy of data.mdb has another inode, or,
 * written over the old one, another time of change, which nobody can set. */
struct left {
	uint8_t value[BS_TICKET_LEN];
	uint64_t inode;
	int64_t changed;
	int64_t changed_ns;
};

/* Whether it is a file of its own: root opens it, and will write, in a folder
 * that may be the engine's user's, who could have linked any file there. */
static bool
has_one_name(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_nlink == 1;
}

static int
open_file(const char *folder, const char *name, bool *is_new)
{
	char path[PATH_MAX];
	int fd;

	*is_new = false;
	if (bs_lock_path(folder, name, path) != 0)
		return -1;
	fd = open(path, O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd >= 0 && has_one_name(fd))
		return fd;
	if (fd >= 0) {
		close(fd);
		return -1;
	}
	if (errno != ENOENT)
		return -1;
	*is_new = true;
	return open(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
	    0600);
}

void
bs_ticket_open(const char *state, const char *socket, struct bs_ticket *out)
{
	const char *slash = strrchr(socket, '/');
	char folder[PATH_MAX];
	bool unused;

	out->state_fd = open_file(state, STATE_FILE, &unused);
	out->run_fd = -1;
	out->run_is_new = false;
	if (slash == NULL || (size_t)(slash - socket) >= sizeof(folder))
		return;
	snprintf(folder, sizeof(folder), "%.*s", (int)(slash - socket), socket);
	out->run_fd = open_file(folder, RUN_FILE, &out->run_is_new);
}

static bool
stat_store(const char *folder, struct stat *out)
{
	char path[PATH_MAX];

	return bs_lock_path(folder, "data.mdb", path) == 0 &&
	       lstat(path, out) == 0;
}

/* Some file systems forget the nanoseconds when they are unmounted. */
static bool
is_untouched(const struct left *left, const struct stat *st)
{
	return left->inode == (uint64_t)st->st_ino &&
	       left->changed == (int64_t)st->st_ctim.tv_sec &&
	       (left->changed_ns == (int64_t)st->st_ctim.tv_nsec ||
		   st->st_ctim.tv_nsec == 0);
}

bool
bs_ticket_read(const struct bs_ticket *ticket, const char *store_folder,
    uint8_t out[static BS_TICKET_LEN])
{
	uint8_t copy[BS_TICKET_LEN];
	struct left left;
	struct stat st;

	if (ticket->state_fd < 0 || ticket->run_fd < 0 ||
	    pread(ticket->state_fd, &left, sizeof(left), 0) !=
		(ssize_t)sizeof(left) ||
	    !stat_store(store_folder, &st) || !is_untouched(&left, &st))
		return false;
	if (!ticket->run_is_new &&
	    (pread(ticket->run_fd, copy, sizeof(copy), 0) !=
		    (ssize_t)sizeof(copy) ||
		memcmp(copy, left.value, sizeof(copy)) != 0))
		return false;
	memcpy(out, left.value, sizeof(left.value));
	return true;
}

/* Returns whether all of it is on the disk. */
static bool
put(int fd, const void *octets, size_t len)
{
	return fd >= 0 && ftruncate(fd, 0) == 0 &&
	       pwrite(fd, octets, len, 0) == (ssize_t)len && fsync(fd) == 0;
}

void
bs_ticket_void(const struct bs_ticket *ticket)
{
	(void)put(ticket->state_fd, "", 0);
	(void)put(ticket->run_fd, "", 0);
}

void
bs_ticket_leave(const struct bs_ticket *ticket, const char *store_folder,
    const uint8_t value[static BS_TICKET_LEN])
{
	struct left left;
	struct stat st;

	memset(&left, 0, sizeof(left));
	memcpy(left.value, value, sizeof(left.value));
	if (!stat_store(store_folder, &st))
		return;
	left.inode = (uint64_t)st.st_ino;
	left.changed = (int64_t)st.st_ctim.tv_sec;
	left.changed_ns = (int64_t)st.st_ctim.tv_nsec;
	if (put(ticket->run_fd, left.value, sizeof(left.value)))
		(void)put(ticket->state_fd, &left, sizeof(left));
}

void
bs_ticket_forget(const char *state)
{
	char path[PATH_MAX];

	if (bs_lock_path(state, STATE_FILE, path) == 0)
		(void)unlink(path);
}

void
bs_ticket_close(struct bs_ticket *ticket)
{
	if (ticket->state_fd >= 0)
		close(ticket->state_fd);
	if (ticket->run_fd >= 0)
		close(ticket->run_fd);
	ticket->state_fd = -1;
	ticket->run_fd = -1;
}
