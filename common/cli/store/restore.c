/* backstop store restore: puts a backup of the store in its place.
 *
 * The backup is copied beside the store, read whole, and its key is checked
 * before anything is moved. It is not converted: the format stays as it is, so
 * this is also the way back to an older version. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/cli/cli.h"
#include "common/cli/load.h"
#include "common/cli/output.h"
#include "common/cli/store/child.h"
#include "common/cli/store/restore.h"
#include "common/cli/store/store.h"
#include "common/engine/state_folder.h"
#include "common/keys/mac.h"
#include "common/store/lock.h"
#include "common/store/meta.h"
#include "common/store/recovery.h"

struct task {
	uint8_t store_key[BS_STORE_KEY_LEN];
	int fd; /* the backup, open */
	int64_t now;
};

struct restored {
	uint64_t entries;
	uint64_t damaged;
	int64_t format;
	int64_t replaced; /* the store that was there is kept under this number;
			   * 0: there was none */
};

/* Returns 0, -EUCLEAN for an empty file, or
 * -errno. */
static int
copy_file(int from, const char *path)
{
	char octets[65536];
	ssize_t got;
	int to = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	int rc = 0;

	if (to < 0)
		return -errno;
	while (rc == 0 && (got = read(from, octets, sizeof(octets))) != 0) {
		if (got < 0 && errno != EINTR)
			rc = -errno;
		for (ssize_t at = 0; rc == 0 && at < got;) {
			ssize_t put =
			    write(to, octets + at, (size_t)(got - at));

			if (put < 0 && errno != EINTR)
				rc = -errno;
			else if (put > 0)
				at += put;
		}
	}
	if (rc == 0 && lseek(to, 0, SEEK_END) == 0)
		rc = -EUCLEAN;
	if (rc == 0 && fsync(to) != 0)
		rc = -errno;
	close(to);
	return rc;
}

/* Whose key the copy has, and its format. */
static int
look_at_copy(const char *folder, const struct task *task, struct restored *out)
{
	struct bs_entry entry = {.table = BS_TABLE_META,
	    .key_len = 6,
	    .key = "format"};
	struct bs_store *store = NULL;
	int64_t unused;
	int rc;

	rc = bs_recovery_check(folder, &out->entries, &out->damaged);
	if (rc == -ENOENT || (rc == 0 && out->damaged > 0))
		rc = -EUCLEAN;
	if (rc != 0 || (rc = bs_store_open(folder, BS_STORE_READ, &store)) != 0)
		return rc;
	if ((rc = bs_meta_check_key(store, task->store_key)) >= 0 &&
	    (rc = bs_store_get(store, &entry)) == 0)
		rc = bs_number_record_read(entry.key, entry.key_len,
		    entry.value, entry.value_len, &out->format, &unused);
	bs_store_close(store);
	return rc > 0 ? -EUCLEAN : rc;
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

/* Renames the copy to the store, and what was there to a name of its own. */
static int
take_place(const char *folder, const char *copy, const struct task *task,
    struct restored *out)
{
	char path[PATH_MAX];
	int fd;
	int rc = bs_lock_path(folder, "data.mdb", path);

	if (rc != 0)
		return rc;
	if (access(path, F_OK) == 0) {
		out->replaced = free_number(folder, task->now);
		rc = bs_recovery_set_aside(folder, "replaced", out->replaced);
		if (rc != 0)
			return rc;
	}
	if (rename(copy, path) != 0 ||
	    (fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) < 0)
		return -errno;
	if (fsync(fd) != 0)
		rc = -errno;
	close(fd);
	return rc;
}

/* Removes the folder in which the copy was looked at. */
static void
clean_up(const char *folder)
{
	static const char *const names[] = {"data.mdb", "lock.mdb",
	    "open.lock"};
	char path[PATH_MAX];

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (bs_lock_path(folder, names[i], path) == 0)
			(void)unlink(path);
	(void)rmdir(folder);
}

/* In the child. The lock is the engine's, which must not run. */
static int
restore(const struct bs_child *child)
{
	const struct task *task = child->context;
	struct restored *out = child->result;
	char aside[PATH_MAX];
	char copy[PATH_MAX];
	int lock = bs_lock_take(child->folder, "engine.lock", false);
	int rc;

	if (lock < 0)
		return lock;
	if ((rc = bs_lock_path(child->folder, "restore", aside)) != 0)
		goto out;
	/* a copy that crashed the child is still there */
	clean_up(aside);
	if (mkdir(aside, 0700) != 0) {
		rc = -errno;
		goto out;
	}
	if ((rc = bs_lock_path(aside, "data.mdb", copy)) == 0 &&
	    (rc = copy_file(task->fd, copy)) == 0 &&
	    (rc = look_at_copy(aside, task, out)) == 0)
		rc = take_place(child->folder, copy, task, out);
	clean_up(aside);
out:
	close(lock);
	return rc;
}

static int
complain(const char *file, const char *folder, int rc)
{
	switch (rc) {
	case -EBUSY:
		bs_complain("backstopd runs; stop it first");
		return BS_EXIT_NO;
	case -EUCLEAN:
	case -EBADMSG:
	case -EINVAL:
		bs_complain("%s: is no sound backup of a store; nothing was "
			    "changed",
		    file);
		return BS_EXIT_NO;
	case -EKEYREJECTED:
		bs_complain("%s: was written with another store.key: put that "
			    "one back first; nothing was changed",
		    file);
		return BS_EXIT_NO;
	case -EPROTO:
		bs_complain("%s: was written by a newer version; nothing was "
			    "changed",
		    file);
		return BS_EXIT_NO;
	default:
		return bs_store_complain(folder, rc);
	}
}

static void
print_restored(const struct bs_call *call, const char *folder,
    const struct restored *restored)
{
	char kept[PATH_MAX + 64] = "";
	struct bs_json *json;

	if (restored->replaced != 0)
		snprintf(kept, sizeof(kept), "%s/data.mdb.replaced-%" PRId64,
		    folder, restored->replaced);
	if (call->json) {
		json = bs_json_object();
		bs_json_text(json, "store", folder);
		bs_json_number(json, "entries", (int64_t)restored->entries);
		bs_json_number(json, "format", restored->format);
		bs_json_text(json, "replaced",
		    restored->replaced != 0 ? kept : NULL);
		bs_json_print(json);
		return;
	}
	bs_print(stdout,
	    "%s: restored, %" PRIu64 " records in format %" PRId64
	    "; the time since the copy was made is a gap\n",
	    folder, restored->entries, restored->format);
	if (restored->replaced != 0)
		bs_print(stdout, "what was there is kept as %s\n", kept);
}

int
bs_cmd_store_restore(const struct bs_call *call)
{
	const char *file = call->words[0];
	struct bs_config *config = NULL;
	struct bs_state_folder_paths paths;
	struct bs_fault fault = {0};
	struct restored restored = {0};
	struct task task = {.fd = -1, .now = call->now};
	struct bs_child child = {.folder = paths.store,
	    .run = restore,
	    .context = &task,
	    .result = &restored,
	    .size = sizeof(restored),
	    .progress = "restoring"};
	int rc;

	if ((rc = bs_load_config(call, &config)) != 0)
		return rc;
	rc = bs_state_folder_paths(config->state, &paths);
	bs_config_free(config);
	if (rc != 0)
		return bs_exit_of(rc);
	rc = bs_state_folder_store_key(paths.store_key, task.store_key, &fault);
	if (rc != 0) {
		bs_complain("%s: %s%s", paths.store_key, fault.text,
		    rc == -EACCES ? "; run as root" : "");
		return bs_exit_of(rc);
	}
	if ((task.fd = open(file, O_RDONLY | O_CLOEXEC | O_NOCTTY)) < 0) {
		rc = bs_exit_of(-errno);
		bs_complain("%s: %s", file, strerror(errno));
	} else if ((rc = bs_child_run(&child)) != 0)
		rc = complain(file, paths.store, rc);
	else
		print_restored(call, paths.store, &restored);
	if (task.fd >= 0)
		close(task.fd);
	bs_mac_wipe(task.store_key, sizeof(task.store_key));
	return rc;
}
