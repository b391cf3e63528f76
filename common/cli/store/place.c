/* A copy of the store is looked at, and put in the store's place. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/cli/store/child.h"
#include "common/cli/store/interrupt.h"
#include "common/cli/store/place.h"
#include "common/store/lock.h"
#include "common/store/meta.h"
#include "common/store/recovery.h"

/* The folder's name without what makes it one of its own, and what may be in
 * it. */
#define PREFIX "restore."
static const char *const names[] = {"data.mdb", "lock.mdb", "open.lock"};
#define NAMES (sizeof(names) / sizeof(names[0]))

struct look {
	uint8_t store_key[BS_STORE_KEY_LEN];
};

struct put {
	const char *file; /* NULL: none */
	const struct bs_clock *clock;
	int64_t format;
	int64_t now;
};

/* Gives a file or folder of ours to the store's owner. */
static int
give(int fd, const struct stat *owner)
{
	if (geteuid() == 0 && fchown(fd, owner->st_uid, owner->st_gid) != 0)
		return -errno;
	return 0;
}

/* Fills the folder that was just made. */
static int
fill_folder(struct bs_staged *out, const struct stat *owner)
{
	int rc;

	out->folder_fd =
	    open(out->folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (out->folder_fd < 0 || flock(out->folder_fd, LOCK_EX | LOCK_NB) != 0)
		return -errno;
	out->fd = openat(out->folder_fd, "data.mdb",
	    O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	rc = out->fd < 0 ? -errno : give(out->fd, owner);
	return rc == 0 ? give(out->folder_fd, owner) : rc;
}

/* Removes a folder that a killed run left: nobody has it locked. */
static void
remove_left(int state, const char *name)
{
	int fd = openat(state, name,
	    O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	if (fd < 0)
		return;
	if (flock(fd, LOCK_EX | LOCK_NB) == 0) {
		for (size_t i = 0; i < NAMES; i++)
			(void)unlinkat(fd, names[i], 0);
		(void)unlinkat(state, name, AT_REMOVEDIR);
	}
	close(fd);
}

static void
remove_all_left(const char *state)
{
	struct dirent *entry;
	DIR *dir = opendir(state);

	if (dir == NULL)
		return;
	while ((entry = readdir(dir)) != NULL)
		if (strncmp(entry->d_name, PREFIX, strlen(PREFIX)) == 0 &&
		    strlen(entry->d_name) == strlen(PREFIX "XXXXXX"))
			remove_left(dirfd(dir), entry->d_name);
	closedir(dir);
}

/* What a signal removes: the files, and then their folder. */
static void
remove_on_signal(const struct bs_staged *staged)
{
	char path[PATH_MAX];

	for (size_t i = 0; i < NAMES; i++)
		if (bs_lock_path(staged->folder, names[i], path) == 0)
			bs_interrupt_removes(path);
	bs_interrupt_removes(staged->folder);
}

/* Under the state folder's lock: a new folder is not yet locked, and another
 * restore would take it for one that was left. */
static int
make_folder(const char *state, const struct stat *owner, struct bs_staged *out)
{
	int lock = -1;
	int rc = bs_state_folder_lock(state, &lock);
	int len;

	if (rc != 0)
		return rc;
	remove_all_left(state);
	bs_interrupt_hold();
	len = snprintf(out->folder, sizeof(out->folder), "%s/" PREFIX "XXXXXX",
	    state);
	if (len < 0 || (size_t)len >= sizeof(out->folder))
		rc = -ENAMETOOLONG;
	else if (mkdtemp(out->folder) == NULL)
		rc = -errno;
	if (rc == 0) {
		remove_on_signal(out);
		rc = fill_folder(out, owner);
	} else
		out->folder[0] = '\0';
	bs_interrupt_release();
	close(lock);
	return rc;
}

int
bs_stage_begin(const char *state, const struct bs_state_folder_paths *paths,
    struct bs_staged *out)
{
	static const struct bs_staged none = BS_STAGED_NONE;
	struct stat owner;
	int rc;

	*out = none;
	if (stat(paths->store, &owner) != 0)
		return -errno;
	if ((rc = make_folder(state, &owner, out)) != 0)
		return rc;
	return bs_lock_path(out->folder, "data.mdb", out->file);
}

/* In a child: whose key the copy has, its format and its last mark. */
static int
look(const struct bs_child *child)
{
	const struct look *task = child->context;
	struct bs_placed *out = child->result;
	struct bs_entry entry = {.table = BS_TABLE_META,
	    .key_len = 6,
	    .key = "format"};
	struct bs_store *store = NULL;
	struct bs_meta meta;
	int64_t unused;
	int rc;

	rc = bs_recovery_check(child->folder, &out->entries, &out->damaged);
	if (rc == -ENOENT || (rc == 0 && out->damaged > 0))
		rc = -EUCLEAN;
	if (rc != 0 ||
	    (rc = bs_store_open(child->folder, BS_STORE_READ, &store)) != 0)
		return rc;
	if ((rc = bs_meta_check_key(store, task->store_key)) >= 0 &&
	    (rc = bs_store_get(store, &entry)) == 0)
		rc = bs_number_record_read(entry.key, entry.key_len,
		    entry.value, entry.value_len, &out->format, &unused);
	if (rc == 0 && (rc = bs_meta_load(store, &meta)) == 0)
		out->last =
		    meta.alive > meta.clean_stop ? meta.alive : meta.clean_stop;
	bs_store_close(store);
	return rc > 0 ? -EUCLEAN : rc;
}

int
bs_stage_check(const struct bs_staged *staged,
    const uint8_t store_key[static BS_STORE_KEY_LEN], struct bs_placed *out)
{
	struct look task;
	struct bs_child child = {.folder = staged->folder,
	    .run = look,
	    .context = &task,
	    .result = out,
	    .size = sizeof(*out),
	    .progress = "checking"};
	struct stat st;
	int rc;

	if (fsync(staged->fd) != 0 || fstat(staged->fd, &st) != 0)
		return -errno;
	if (st.st_size == 0)
		return -EUCLEAN;
	memcpy(task.store_key, store_key, sizeof(task.store_key));
	rc = bs_child_run(&child);
	bs_mac_wipe(&task, sizeof(task));
	return rc;
}

/* Opens the lock's file, and makes it where there is none: the engine must be
 * able to, too. */
static int
open_lock(const char *path, const struct stat *owner)
{
	int fd = open(path, O_RDWR | O_NOFOLLOW | O_CLOEXEC);
	int rc;

	if (fd >= 0)
		return fd;
	if (errno != ENOENT)
		return -errno;
	fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
	    0600);
	if (fd < 0)
		return -errno;
	if ((rc = give(fd, owner)) == 0)
		return fd;
	close(fd);
	return rc;
}

int
bs_stage_lock(struct bs_staged *staged,
    const struct bs_state_folder_paths *paths)
{
	char path[PATH_MAX];
	struct stat owner;
	int rc = bs_lock_path(paths->store, "engine.lock", path);

	if (rc != 0)
		return rc;
	if (stat(paths->store, &owner) != 0)
		return -errno;
	if ((staged->lock_fd = open_lock(path, &owner)) < 0)
		return staged->lock_fd;
	if (flock(staged->lock_fd, LOCK_EX | LOCK_NB) == 0)
		return 0;
	rc = errno == EWOULDBLOCK ? -EBUSY : -errno;
	close(staged->lock_fd);
	staged->lock_fd = -1;
	return rc;
}

/* A number that no store has that was set aside before. */
static int64_t
free_number(const char *folder, int64_t number)
{
	char name[64];
	char path[PATH_MAX];

	for (;; number++) {
		snprintf(name, sizeof(name), "data.mdb.replaced-%" PRId64,
		    number);
		if (bs_lock_path(folder, name, path) != 0 ||
		    access(path, F_OK) != 0)
			return number;
	}
}

static int
sync_folder(const char *folder)
{
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int rc = 0;

	if (fd < 0)
		return -errno;
	if (fsync(fd) != 0)
		rc = -errno;
	close(fd);
	return rc;
}

/* A store of an older format stays as it is: this is also the way back to an
 * older version. Its engine, or ours, writes the gap at its start. */
static int
mark(const char *folder, const struct put *task)
{
	struct bs_store *store = NULL;
	int rc;

	if (task->format != BS_RECORD_FORMAT)
		return 0;
	if ((rc = bs_store_open(folder, BS_STORE_WRITE, &store)) == 0)
		rc = bs_meta_mark_restored(store, task->clock, task->now);
	bs_store_close(store);
	return rc;
}

/* In a child: renames the copy to the store, and what was there to a name of
 * its own. */
static int
put(const struct bs_child *child)
{
	const struct put *task = child->context;
	int64_t *replaced = child->result;
	char path[PATH_MAX];
	int rc = bs_lock_path(child->folder, "data.mdb", path);

	if (rc != 0)
		return rc;
	if (access(path, F_OK) == 0) {
		*replaced = free_number(child->folder, task->now);
		rc =
		    bs_recovery_set_aside(child->folder, "replaced", *replaced);
		if (rc != 0)
			return rc;
	}
	if (task->file == NULL)
		return sync_folder(child->folder);
	if (rename(task->file, path) != 0)
		return -errno;
	if ((rc = sync_folder(child->folder)) != 0)
		return rc;
	return mark(child->folder, task);
}

int
bs_stage_place(const struct bs_staged *staged, const char *state,
    const struct bs_state_folder_paths *paths, bool has_store,
    const struct bs_clock *clock, int64_t now, struct bs_placed *out)
{
	const struct put task = {
	    .file = has_store ? staged->file : NULL,
	    .clock = clock,
	    .format = out->format,
	    .now = now,
	};
	struct bs_child child = {.folder = paths->store,
	    .run = put,
	    .context = &task,
	    .result = &out->replaced,
	    .size = sizeof(out->replaced),
	    .progress = "restoring"};

	bs_ticket_forget(state);
	return bs_child_run(&child);
}

void
bs_stage_end(struct bs_staged *staged)
{
	char path[PATH_MAX];

	if (staged->fd >= 0)
		close(staged->fd);
	if (staged->lock_fd >= 0)
		close(staged->lock_fd);
	if (staged->folder_fd >= 0)
		close(staged->folder_fd);
	staged->fd = staged->lock_fd = staged->folder_fd = -1;
	if (staged->folder[0] == '\0')
		return;
	for (size_t i = 0; i < NAMES; i++)
		if (bs_lock_path(staged->folder, names[i], path) == 0)
			(void)unlink(path);
	(void)rmdir(staged->folder);
	bs_interrupt_forget();
	staged->folder[0] = '\0';
}
