/* backstop backup: all that the engine needs, in one file; and backstop store
 * backup: the store alone. Both while an engine runs. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/base/fault.h"
#include "common/cli/cli.h"
#include "common/cli/load.h"
#include "common/cli/output.h"
#include "common/cli/progress.h"
#include "common/cli/store/backup.h"
#include "common/cli/store/copy.h"
#include "common/cli/store/interrupt.h"
#include "common/cli/store/parts.h"
#include "common/cli/store/sound.h"
#include "common/cli/store/store.h"

static void
add_counts(struct bs_json *json, const struct bs_copy *copy)
{
	const uint64_t *entries = copy->stat.entries;

	bs_json_number(json, "tags", (int64_t)entries[BS_TABLE_TAG]);
	bs_json_number(json, "messages", (int64_t)entries[BS_TABLE_MSG]);
	bs_json_number(json, "senders", (int64_t)entries[BS_TABLE_SENDER]);
}

#define COUNTS_TEXT 128

static const char *
counts_text(const struct bs_copy *copy, char out[static COUNTS_TEXT])
{
	const uint64_t *entries = copy->stat.entries;

	snprintf(out, COUNTS_TEXT,
	    "%" PRIu64 " tag%s, %" PRIu64 " message%s, %" PRIu64 " sender%s",
	    entries[BS_TABLE_TAG], bs_plural(entries[BS_TABLE_TAG]),
	    entries[BS_TABLE_MSG], bs_plural(entries[BS_TABLE_MSG]),
	    entries[BS_TABLE_SENDER], bs_plural(entries[BS_TABLE_SENDER]));
	return out;
}

static void
print_copy(const struct bs_call *call, const char *path,
    const struct bs_copy *copy)
{
	char counts[COUNTS_TEXT];
	struct bs_json *json;

	if (!call->json) {
		bs_print(stdout,
		    "%s: %s, %" PRId64 " octets; keep store.key and the "
		    "keyring with it\n",
		    path, counts_text(copy, counts), copy->bytes);
		return;
	}
	json = bs_json_object();
	bs_json_text(json, "file", path);
	add_counts(json, copy);
	bs_json_number(json, "bytes", copy->bytes);
	bs_json_print(json);
}

/* Returns 0, or an exit status after the complaint. */
static int
load_paths(const struct bs_call *call, struct bs_config **config,
    struct bs_state_folder_paths *paths)
{
	int rc = bs_load_config(call, config);

	if (rc != 0)
		return rc;
	rc = bs_state_folder_paths((*config)->state, paths);
	if (rc != 0)
		bs_complain("%s: %s", (*config)->state, strerror(-rc));
	return bs_exit_of(rc);
}

/* The complaint about a backup that could not be written. */
static int
complain(const char *path, int rc)
{
	bs_complain("%s: %s", path,
	    rc == -EEXIST ? "is there already; name another file"
			  : strerror(-rc));
	return rc == -EEXIST ? BS_EXIT_NO : bs_exit_of(rc);
}

int
bs_cmd_store_backup(const struct bs_call *call)
{
	const char *path = call->words[0];
	struct bs_state_folder_paths paths;
	struct bs_config *config = NULL;
	struct bs_copy copy = {0};
	char fresh[BS_COPY_NAME];
	int fd;
	int rc = load_paths(call, &config, &paths);

	bs_config_free(config);
	if (rc != 0)
		return rc;
	if ((fd = bs_copy_begin(path, fresh)) < 0)
		return -fd;
	if ((rc = bs_copy_store(paths.store, NULL, fd, &copy)) != 0) {
		(void)!bs_copy_end(fd, path, fresh, rc);
		return bs_copy_complain(paths.store, path, rc);
	}
	if ((rc = bs_copy_end(fd, path, fresh, 0)) != 0)
		return complain(path, rc);
	print_copy(call, path, &copy);
	return BS_EXIT_YES;
}

/* Takes the files that are no store. They are read under the lock of those who
 * change keys, so that they fit each other. Returns 0, or an exit status after
 * the complaint. */
static int
take_files(const struct bs_call *call, const struct bs_config *config,
    const struct bs_state_folder_paths *paths, struct bs_parts *parts)
{
	const struct {
		enum bs_part part;
		const char *path;
	} files[] = {
	    {BS_PART_CONFIG, call->config_path},
	    {BS_PART_KEYRING, paths->keyring},
	    {BS_PART_STORE_KEY, paths->store_key},
	    {BS_PART_ACCEPTED, paths->accepted},
	};
	const char *path = config->state;
	int lock;
	int rc = bs_state_folder_lock(path, &lock);

	for (size_t i = 0; rc == 0 && i < sizeof(files) / sizeof(files[0]);
	     i++) {
		path = files[i].path;
		rc = bs_parts_take(parts, files[i].part, path);
		if (rc == -ENOENT && files[i].part == BS_PART_ACCEPTED)
			rc = 0;
	}
	if (lock >= 0)
		close(lock);
	if (rc == 0)
		return 0;
	bs_complain("%s: %s%s", path, strerror(-rc),
	    rc == -EACCES   ? "; run as root"
	    : rc == -ENOENT ? "; backstop init makes it"
			    : "");
	return bs_exit_of(rc);
}

static void
report(void *context, const struct bs_fault *fault, bool is_warning)
{
	char line[BS_FAULT_LINE];

	if (!is_warning)
		bs_print(stderr, "%s%s: %s\n", (const char *)context,
		    bs_fault_line(fault, line), fault->text);
}

/* What a restore would refuse is not written. Returns 0, or an exit status
 * after the complaint. */
static int
check_files(const struct bs_call *call,
    const struct bs_state_folder_paths *paths, const struct bs_parts *parts,
    struct bs_sound *sound)
{
	const struct {
		const char *path;
		const char *advice;
	} files[BS_PARTS] = {
	    [BS_PART_CONFIG] = {call->config_path, "correct them"},
	    [BS_PART_KEYRING] = {paths->keyring,
		"put it back from a backup; or delete what is "
		"damaged, and type: backstop key rotate"},
	    [BS_PART_STORE_KEY] = {paths->store_key,
		"put it back from a backup; or move it away, and type: "
		"backstop init"},
	    [BS_PART_ACCEPTED] = {paths->accepted, "correct or delete it"},
	};
	char line[BS_FAULT_LINE];
	int rc = bs_sound_check(parts, sound, report,
	    (void *)(uintptr_t)call->config_path);

	if (rc == 0)
		return 0;
	if (rc == -EUCLEAN)
		bs_complain("%s%s: %s; no backup was written: %s",
		    files[sound->bad].path, bs_fault_line(&sound->fault, line),
		    sound->fault.text, files[sound->bad].advice);
	else
		bs_complain("%s", strerror(-rc));
	return bs_exit_of(rc);
}

/* Copies the store to a file without a name, beside the backup: an archive
 * says before a file how long it is. *fd is -1 where there is no store yet.
 * Returns 0, or an exit status after the complaint. */
static int
take_store(const char *store, const uint8_t *store_key, const char *path,
    struct bs_copy *copy, int *fd)
{
	char name[BS_COPY_NAME];
	int rc;

	if ((*fd = bs_copy_begin(path, name)) < 0)
		return -*fd;
	(void)unlink(name);
	bs_interrupt_forget();
	rc = bs_copy_store(store, store_key, *fd, copy);
	if (rc == 0)
		return 0;
	close(*fd);
	*fd = -1;
	return rc == -ENOENT ? 0 : bs_copy_complain(store, path, rc);
}

static void
print_backup(const struct bs_call *call, const char *path,
    const struct bs_parts *parts, const struct bs_copy *copy)
{
	char counts[COUNTS_TEXT];
	bool has_accepted = parts->parts[BS_PART_ACCEPTED].is_there;
	struct stat st = {0};
	struct bs_json *json;

	(void)!stat(path, &st);
	if (!call->json) {
		bs_print(stdout,
		    "%s: configuration, keyring, store.key%s, %s, %lld "
		    "octets; who can read it can sign in your name\n",
		    path, has_accepted ? ", accepted" : "",
		    counts_text(copy, counts), (long long)st.st_size);
		return;
	}
	json = bs_json_object();
	bs_json_text(json, "file", path);
	bs_json_bool(json, "accepted", has_accepted);
	bs_json_bool(json, "store", parts->store_bytes > 0);
	add_counts(json, copy);
	bs_json_number(json, "bytes", st.st_size);
	bs_json_print(json);
}

int
bs_cmd_backup(const struct bs_call *call)
{
	const char *path = call->words[0];
	struct bs_state_folder_paths paths;
	struct bs_config *config = NULL;
	struct bs_parts parts = {0};
	struct bs_copy copy = {0};
	struct bs_sound sound = {0};
	struct bs_progress progress;
	char fresh[BS_COPY_NAME];
	int store_fd = -1;
	int fd;
	int rc = load_paths(call, &config, &paths);

	if (rc != 0 || (rc = take_files(call, config, &paths, &parts)) != 0 ||
	    (rc = check_files(call, &paths, &parts, &sound)) != 0 ||
	    (rc = take_store(paths.store, sound.store_key, path, &copy,
		 &store_fd)) != 0)
		goto out;
	if ((fd = bs_copy_begin(path, fresh)) < 0) {
		rc = -fd;
		goto out;
	}
	bs_progress_begin(&progress, true, "writing");
	rc = bs_parts_write(&parts, fd, store_fd, call->now, &progress);
	bs_progress_end(&progress);
	if ((rc = bs_copy_end(fd, path, fresh, rc)) != 0)
		rc = complain(path, rc);
	else {
		print_backup(call, path, &parts, &copy);
		bs_sound_warn(&sound);
	}
out:
	if (store_fd >= 0)
		close(store_fd);
	bs_parts_free(&parts);
	bs_sound_end(&sound);
	bs_config_free(config);
	return rc;
}
