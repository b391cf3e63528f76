/* backstop store restore: puts a backup of the store in its place.
 *
 * The backup is copied beside the store, read whole, and its key is checked
 * before anything is moved. It is not converted: the format stays as it is, so
 * this is also the way back to an older version. */
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/cli/cli.h"
#include "common/cli/load.h"
#include "common/cli/output.h"
#include "common/cli/store/interrupt.h"
#include "common/cli/store/parts.h"
#include "common/cli/store/place.h"
#include "common/cli/store/restore.h"
#include "common/cli/store/restored.h"
#include "common/store/pages.h"

/* LMDB's first page says so at this place. */
#define MAGIC_AT 16
#define MAGIC 0xbeefc0deU

/* Whether the file may be a store, by its first two pages: before all of it is
 * copied. */
static bool
looks_like_store(int fd)
{
	uint32_t magic = 0;

	return pread(fd, &magic, sizeof(magic), MAGIC_AT) ==
		   (ssize_t)sizeof(magic) &&
	       magic == MAGIC && !bs_pages_contradict(fd);
}

/* Copies what the file holds now: it may grow meanwhile. Returns 0 or
 * -errno. */
static int
copy_file(int from, int to)
{
	char octets[65536];
	struct stat st;
	off_t left;
	ssize_t got;
	int rc;

	if (fstat(from, &st) != 0)
		return -errno;
	if (!looks_like_store(from))
		return -EUCLEAN;
	for (left = st.st_size; left > 0; left -= got) {
		got = read(from, octets, sizeof(octets));
		if (got < 0 && errno == EINTR)
			got = 0;
		else if (got <= 0)
			return got < 0 ? -errno : -EUCLEAN;
		if (got > left)
			got = (ssize_t)left;
		if ((rc = bs_parts_put(to, octets, (size_t)got)) != 0)
			return rc;
	}
	return 0;
}

static void
print_restored(const struct bs_call *call, const char *folder,
    const struct bs_placed *placed)
{
	char kept[PATH_MAX + 64] = "";
	struct bs_json *json;

	if (placed->replaced != 0)
		snprintf(kept, sizeof(kept), "%s/data.mdb.replaced-%" PRId64,
		    folder, placed->replaced);
	if (call->json) {
		json = bs_json_object();
		bs_json_text(json, "store", folder);
		bs_json_number(json, "entries", (int64_t)placed->entries);
		bs_json_number(json, "format", placed->format);
		bs_json_text(json, "replaced",
		    placed->replaced != 0 ? kept : NULL);
		bs_json_print(json);
		return;
	}
	bs_print(stdout,
	    "%s: restored, %" PRIu64 " record%s in format %" PRId64
	    "; the time since the copy was made is a gap\n",
	    folder, placed->entries, bs_plural(placed->entries),
	    placed->format);
	if (placed->replaced != 0)
		bs_print(stdout, "what was there is kept as %s\n", kept);
}

static int
restore(const struct bs_call *call, const struct bs_config *config,
    const struct bs_state_folder_paths *paths,
    const uint8_t store_key[static BS_STORE_KEY_LEN], int fd,
    struct bs_placed *placed)
{
	struct bs_staged staged;
	struct bs_clock clock;
	const struct bs_clock *believed =
	    bs_restored_clock(config, call->now, &clock);
	int rc = bs_stage_begin(config->state, paths, &staged);

	if (rc == 0 && (rc = copy_file(fd, staged.fd)) == 0)
		rc = bs_stage_check(&staged, store_key, placed);
	bs_interrupt_hold();
	if (rc == 0 && (rc = bs_stage_lock(&staged, paths)) == 0)
		rc = bs_stage_place(&staged, config->state, paths, true,
		    believed, call->now, placed);
	bs_stage_end(&staged);
	return rc;
}

int
bs_cmd_store_restore(const struct bs_call *call)
{
	const char *file = call->words[0];
	struct bs_config *config = NULL;
	struct bs_state_folder_paths paths;
	struct bs_fault fault = {0};
	struct bs_placed placed = {0};
	uint8_t store_key[BS_STORE_KEY_LEN];
	int fd;
	int rc;

	if ((rc = bs_load_config(call, &config)) != 0)
		return rc;
	if ((rc = bs_state_folder_paths(config->state, &paths)) != 0) {
		rc = bs_exit_of(rc);
		goto out;
	}
	rc = bs_state_folder_store_key(paths.store_key, store_key, &fault);
	if (rc != 0) {
		bs_complain("%s: %s%s", paths.store_key, fault.text,
		    rc == -EACCES ? "; run as root" : "");
		rc = bs_exit_of(rc);
		goto out;
	}
	if ((fd = bs_restored_open(file)) < 0) {
		rc = -fd;
		goto out;
	}
	rc = restore(call, config, &paths, store_key, fd, &placed);
	close(fd);
	if (rc != 0)
		rc = bs_restored_complain(call, file, paths.store, rc);
	else
		print_restored(call, paths.store, &placed);
	bs_interrupt_release();
out:
	bs_mac_wipe(store_key, sizeof(store_key));
	bs_config_free(config);
	return rc;
}
