/* backstop restore: puts back all that backstop backup wrote.
 *
 * The file is read whole, and each part of it is checked as the engine would,
 * before anything is touched. Then the engine is stopped, or must not run. What
 * is replaced is kept. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#include "common/base/fault.h"
#include "common/base/file.h"
#include "common/cli/cli.h"
#include "common/cli/load.h"
#include "common/cli/output.h"
#include "common/cli/progress.h"
#include "common/cli/store/interrupt.h"
#include "common/cli/store/parts.h"
#include "common/cli/store/place.h"
#include "common/cli/store/restore_all.h"
#include "common/cli/store/restored.h"
#include "common/cli/store/services.h"
#include "common/cli/store/sound.h"
#include "common/keys/keyring_file.h"

struct task {
	const struct bs_call *call;
	const char *file;
	int fd;
	struct bs_parts parts;
	struct bs_sound sound;
	const struct bs_config *config; /* that of the backup */
	struct bs_state_folder_paths paths;
	gid_t gid; /* of the files that the engine reads */
	struct bs_staged staged;
	struct bs_placed placed;
	struct bs_services services;
	char
	    kept[PATH_MAX]; /* where what was replaced is; empty: nothing was */
};

static int
complain_unsound(const struct task *task, const char *what)
{
	bs_complain("%s: %s; nothing was changed", task->file, what);
	return BS_EXIT_NO;
}

/* Reads the archive, and the store in it to a descriptor. Returns 0, or an exit
 * status after the complaint. */
static int
read_archive(struct task *task, struct bs_parts *parts, int store_fd)
{
	struct bs_progress progress;
	int rc;

	bs_progress_begin(&progress, true, "reading");
	rc = lseek(task->fd, 0, SEEK_SET) < 0
		 ? -errno
		 : bs_parts_read(parts, task->fd, store_fd, &progress);
	bs_progress_end(&progress);
	if (rc == 0)
		return 0;
	if (rc == -EPROTO)
		return complain_unsound(task, "was written by a newer version");
	if (rc == -EUCLEAN)
		return complain_unsound(task,
		    "is no whole backup of \"backstop backup\"; a copy of the "
		    "store alone is for \"backstop store restore\"");
	if (rc == -EBADMSG) {
		bs_complain("%s: %s in it is damaged: it is not what its "
			    "digest says; nothing was changed",
		    task->file, bs_parts_name(parts->bad));
		return BS_EXIT_NO;
	}
	bs_complain("%s: %s", task->file, strerror(-rc));
	return bs_exit_of(rc);
}

static void
report(void *context, const struct bs_fault *fault, bool is_warning)
{
	char line[BS_FAULT_LINE];

	if (!is_warning)
		bs_print(stderr, "%s: backstop.conf%s: %s\n",
		    (const char *)context, bs_fault_line(fault, line),
		    fault->text);
}

/* Each text as the engine would read it. */
static int
check_texts(struct task *task)
{
	struct bs_sound *sound = &task->sound;
	char line[BS_FAULT_LINE];
	int rc = bs_sound_check(&task->parts, sound, report,
	    (void *)(uintptr_t)task->file);

	task->config = sound->config;
	if (rc == 0)
		return 0;
	if (rc != -EUCLEAN) {
		bs_complain("%s: %s", task->file, strerror(-rc));
		return bs_exit_of(rc);
	}
	bs_complain("%s: %s%s: %s; nothing was changed", task->file,
	    bs_parts_name(sound->bad), bs_fault_line(&sound->fault, line),
	    sound->fault.text);
	return BS_EXIT_NO;
}

/* The folders with their owners, and the store beside its place. */
static int
stage(struct task *task)
{
	struct bs_parts again = {0};
	struct bs_fault fault = {0};
	int rc;

	if ((rc = bs_state_folder_group(task->config, &task->gid, &fault)) !=
		0 ||
	    (rc = bs_state_folder_make(task->config, &fault)) != 0) {
		bs_complain("%s; nothing was changed", fault.text);
		return bs_exit_of(rc);
	}
	rc = bs_state_folder_paths(task->config->state, &task->paths);
	if (rc == 0)
		rc = bs_stage_begin(task->config->state, &task->paths,
		    &task->staged);
	if (rc != 0) {
		bs_complain("%s: %s", task->config->state, strerror(-rc));
		return bs_exit_of(rc);
	}
	if (!task->parts.parts[BS_PART_STORE].is_there)
		return 0;
	rc = read_archive(task, &again, task->staged.fd);
	bs_parts_free(&again);
	if (rc != 0)
		return rc;
	rc =
	    bs_stage_check(&task->staged, task->sound.store_key, &task->placed);
	return rc == 0 ? 0
		       : bs_restored_complain(task->call, task->file,
			     task->paths.store, rc);
}

/* Stops the engine, or finds that none runs. */
static int
stop_engine(struct task *task)
{
	int rc = bs_services_use(task->call->config_path)
		     ? bs_services_stop(&task->services)
		     : 0;

	if (rc == 0)
		rc = bs_stage_lock(&task->staged, &task->paths);
	if (rc == -EBUSY)
		return bs_restored_busy(task->call, task->paths.store);
	if (rc != 0)
		bs_complain("%s: %s", task->paths.store, strerror(-rc));
	return bs_exit_of(rc);
}

/* Makes the folder for what is replaced. */
static int
make_kept(struct task *task)
{
	for (int64_t number = task->call->now;; number++) {
		int len = snprintf(task->kept, sizeof(task->kept),
		    "%s/replaced-%" PRId64, task->config->state, number);

		if (len < 0 || (size_t)len >= sizeof(task->kept))
			return -ENAMETOOLONG;
		if (mkdir(task->kept, 0700) == 0)
			return 0;
		if (errno != EEXIST)
			return -errno;
	}
}

/* Keeps a file that is replaced. Returns 0 or -errno. */
static int
keep(const struct task *task, const char *path)
{
	const char *slash = strrchr(path, '/');
	struct bs_parts old = {0};
	const struct bs_part_text *text = &old.parts[BS_PART_CONFIG];
	char to[PATH_MAX];
	int len = snprintf(to, sizeof(to), "%s/%s", task->kept,
	    slash == NULL ? path : slash + 1);
	int rc;

	if (len < 0 || (size_t)len >= sizeof(to))
		return -ENAMETOOLONG;
	rc = bs_parts_take(&old, BS_PART_CONFIG, path);
	if (rc == 0)
		rc =
		    bs_file_replace(to, text->text, text->len, 0600, (gid_t)-1);
	bs_parts_free(&old);
	return rc == -ENOENT ? 0 : rc;
}

/* Puts a part in its place; one that the backup does not have is taken away. */
static int
put_part(const struct task *task, enum bs_part number, const char *path,
    mode_t mode, gid_t gid)
{
	const struct bs_part_text *part = &task->parts.parts[number];
	int rc = keep(task, path);

	if (rc != 0)
		return rc;
	if (!part->is_there)
		return unlink(path) == 0 || errno == ENOENT ? 0 : -errno;
	return bs_file_replace(path, part->text, part->len, mode, gid);
}

/* Keys that were made since the copy was are not in it, and numbers may have
 * been given anew: their tags must not be called forged. */
static int
put_keyring(const struct task *task)
{
	const struct bs_part_text *part = &task->parts.parts[BS_PART_KEYRING];
	struct bs_keyring keyring;
	struct bs_fault fault;
	int rc = keep(task, task->paths.keyring);

	if (rc != 0)
		return rc;
	rc = bs_keyring_parse(part->text, part->len, &keyring, &fault);
	if (rc == 0) {
		bs_keyring_mark_restored(&keyring, task->parts.made,
		    task->call->now);
		rc = bs_keyring_save(task->paths.keyring, &keyring, task->gid);
	}
	bs_keyring_wipe(&keyring);
	return rc;
}

/* The configuration has the rights of the one that is there, or else those that
 * it had; its folder may be missing. */
static int
put_config(const struct task *task)
{
	const char *path = task->call->config_path;
	const char *slash = strrchr(path, '/');
	char folder[PATH_MAX];
	struct stat st;
	mode_t mode = task->parts.parts[BS_PART_CONFIG].mode & 0644;

	mode |= 0600;
	if (stat(path, &st) == 0)
		return put_part(task, BS_PART_CONFIG, path, st.st_mode & 0777,
		    geteuid() == 0 ? st.st_gid : (gid_t)-1);
	if (slash != NULL && slash != path) {
		snprintf(folder, sizeof(folder), "%.*s", (int)(slash - path),
		    path);
		if (mkdir(folder, 0755) != 0 && errno != EEXIST)
			return -errno;
	}
	/* the engine reads it again after it gave up root */
	return put_part(task, BS_PART_CONFIG, path, mode | 0640,
	    (mode & 0004) != 0 ? (gid_t)-1 : task->gid);
}

/* Puts all in its place. From here on something is changed. */
static int
place(struct task *task)
{
	struct bs_clock clock;
	const struct bs_clock *believed =
	    bs_restored_clock(task->config, task->call->now, &clock);
	bool has_store = task->parts.parts[BS_PART_STORE].is_there;
	const char *what = task->kept;
	int lock = -1;
	int rc;

	if ((rc = bs_state_folder_lock(task->config->state, &lock)) != 0 ||
	    (rc = make_kept(task)) != 0)
		goto out;
	what = task->paths.store;
	rc = bs_stage_place(&task->staged, task->config->state, &task->paths,
	    has_store, believed, task->call->now, &task->placed);
	if (rc == 0) {
		what = task->paths.store_key;
		rc = put_part(task, BS_PART_STORE_KEY, what, 0640, task->gid);
	}
	if (rc == 0) {
		what = task->paths.keyring;
		rc = put_keyring(task);
	}
	if (rc == 0) {
		what = task->paths.accepted;
		rc = put_part(task, BS_PART_ACCEPTED, what, 0640, task->gid);
	}
	if (rc == 0) {
		what = task->call->config_path;
		rc = put_config(task);
	}
	/* nothing was there: an empty folder is nothing that was kept */
	if (rmdir(task->kept) == 0)
		task->kept[0] = '\0';
out:
	if (lock >= 0)
		close(lock);
	if (rc != 0)
		bs_complain("%s: %s; restored in part: mend this, and type "
			    "the same again",
		    what, strerror(-rc));
	return bs_exit_of(rc);
}

static void
print_json(const struct task *task, const char *kept, bool has_kept)
{
	struct bs_json *json = bs_json_object();

	bs_json_text(json, "file", task->file);
	bs_json_time(json, "made", task->parts.made);
	bs_json_text(json, "config", task->call->config_path);
	bs_json_text(json, "state", task->config->state);
	bs_json_bool(json, "store", task->parts.parts[BS_PART_STORE].is_there);
	bs_json_number(json, "entries", (int64_t)task->placed.entries);
	bs_json_time(json, "gap_start", task->placed.last);
	bs_json_text(json, "replaced",
	    task->kept[0] != '\0' ? task->kept : NULL);
	bs_json_text(json, "replaced_store", has_kept ? kept : NULL);
	bs_json_bool(json, "started",
	    task->services.socket || task->services.service);
	bs_json_print(json);
}

static void
print_restored(const struct task *task)
{
	bool has_kept = task->placed.replaced != 0;
	char kept[PATH_MAX + 64] = "";
	char time[BS_TIME_TEXT];
	char line[BS_SERVICES_LINE];

	if (has_kept)
		snprintf(kept, sizeof(kept), "%s/data.mdb.replaced-%" PRId64,
		    task->paths.store, task->placed.replaced);
	if (task->call->json) {
		print_json(task, kept, has_kept);
		return;
	}
	bs_print(stdout,
	    "%s: restored as of %s: configuration, keys, %" PRIu64
	    " record%s\n",
	    task->file, bs_time_text(task->parts.made, time),
	    task->placed.entries, bs_plural(task->placed.entries));
	if (task->placed.last != 0)
		bs_print(stdout,
		    "the time since %s is a gap: no bounce of mail that left "
		    "then is called forged\n",
		    bs_time_text(task->placed.last, time));
	if (task->kept[0] != '\0')
		bs_print(stdout, "what was there is kept in %s%s%s\n",
		    task->kept, has_kept ? " and as " : "", kept);
	else if (has_kept)
		bs_print(stdout, "the store that was there is kept as %s\n",
		    kept);
	if (task->services.socket || task->services.service)
		puts("backstopd was stopped for this, and is started again");
	else
		bs_print(stdout, "start the engine: %s\n",
		    bs_services_start_line(task->call->config_path, line));
}

/* Returns the exit status. */
static int
restore(struct task *task)
{
	int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
	int status;

	if (null < 0)
		return EX_OSERR;
	status = read_archive(task, &task->parts, null);
	close(null);
	if (status != 0 || (status = check_texts(task)) != 0 ||
	    (status = stage(task)) != 0)
		return status;
	/* nobody ends it with the engine stopped, or half of it in place */
	bs_interrupt_hold();
	if ((status = stop_engine(task)) == 0)
		status = place(task);
	/* unlocked, or the engine could not start */
	bs_stage_end(&task->staged);
	if (bs_services_start(&task->services) != 0) {
		bs_complain("backstopd does not start; type: systemctl status "
			    "backstopd");
		return status != 0 ? status : EX_UNAVAILABLE;
	}
	if (status == 0) {
		print_restored(task);
		bs_sound_warn(&task->sound);
	}
	return status;
}

int
bs_cmd_restore(const struct bs_call *call)
{
	struct task task = {
	    .call = call,
	    .file = call->words[0],
	    .staged = BS_STAGED_NONE,
	};
	int status;

	if ((task.fd = bs_restored_open(task.file)) < 0)
		return -task.fd;
	status = restore(&task);
	bs_interrupt_release();
	bs_stage_end(&task.staged);
	close(task.fd);
	bs_parts_free(&task.parts);
	bs_sound_end(&task.sound);
	return status;
}
