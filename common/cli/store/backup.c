/* backstop store backup: copies the store while an engine runs. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/cli/load.h"
#include "common/cli/cli.h"
#include "common/cli/output.h"
#include "common/cli/store/backup.h"
#include "common/cli/store/child.h"
#include "common/cli/store/store.h"

/* What a backup holds. */
struct copy {
	struct bs_store_stat stat;
	int64_t bytes;
};

static int
copy(const struct bs_child *child)
{
	const int *fd = child->context;
	struct copy *result = child->result;
	struct bs_store *store;
	int rc = bs_store_open(child->folder, BS_STORE_READ, &store);

	if (rc != 0)
		return rc;
	if ((rc = bs_store_stat(store, &result->stat)) == 0)
		rc = bs_store_copy(store, *fd);
	bs_store_close(store);
	return rc;
}

/* Copies into an open file: the child need not be able to reach its folder. */
static int
fill(const char *folder, int fd, struct copy *result)
{
	struct bs_child child = {.folder = folder,
	    .run = copy,
	    .context = &fd,
	    .result = result,
	    .size = sizeof(*result),
	    .progress = "copying"};
	struct stat st = {0};
	int rc = bs_child_run(&child);

	if (rc == 0 && (fsync(fd) != 0 || fstat(fd, &st) != 0))
		rc = -errno;
	result->bytes = st.st_size;
	return rc;
}

static void
print_copy(const struct bs_call *call, const char *path,
    const struct copy *result)
{
	const uint64_t *entries = result->stat.entries;
	struct bs_json *json;

	if (!call->json) {
		bs_print(stdout,
		    "%s: %" PRIu64 " tags, %" PRIu64 " messages, %" PRIu64
		    " senders, %" PRId64 " octets; keep store.key and the "
		    "keyring with it\n",
		    path, entries[BS_TABLE_TAG], entries[BS_TABLE_MSG],
		    entries[BS_TABLE_SENDER], result->bytes);
		return;
	}
	json = bs_json_object();
	bs_json_text(json, "file", path);
	bs_json_number(json, "tags", (int64_t)entries[BS_TABLE_TAG]);
	bs_json_number(json, "messages", (int64_t)entries[BS_TABLE_MSG]);
	bs_json_number(json, "senders", (int64_t)entries[BS_TABLE_SENDER]);
	bs_json_number(json, "bytes", result->bytes);
	bs_json_print(json);
}

int
bs_cmd_store_backup(const struct bs_call *call)
{
	const char *path = call->words[0];
	struct bs_state_folder_paths paths;
	struct bs_config *config;
	struct copy result = {0};
	int fd;
	int rc;

	if ((rc = bs_load_config(call, &config)) != 0)
		return rc;
	rc = bs_state_folder_paths(config->state, &paths);
	bs_config_free(config);
	if (rc != 0)
		return bs_exit_of(rc);
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0) {
		rc = -errno;
		bs_complain("%s: %s", path,
		    rc == -EEXIST ? "is there already; name another file"
				  : strerror(-rc));
		return rc == -EEXIST ? BS_EXIT_NO : bs_exit_of(rc);
	}
	rc = fill(paths.store, fd, &result);
	if (close(fd) != 0 && rc == 0)
		rc = -errno;
	if (rc != 0) {
		(void)unlink(path);
		return bs_store_complain(paths.store, rc);
	}
	print_copy(call, path, &result);
	return BS_EXIT_YES;
}
