/* The file system that the store lies on: whether a store can grow there. */
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/statvfs.h>

#include "common/cli/status/disk.h"

#define MB (UINT64_C(1024) * 1024)

/* With less free than this a commit soon finds no page. */
#define FULL_BYTES MB

void
bs_disk_look(const char *folder, struct bs_disk *out)
{
	char parent[PATH_MAX];
	const char *slash = strrchr(folder, '/');
	struct statvfs found;

	memset(out, 0, sizeof(*out));
	if (statvfs(folder, &found) != 0) {
		if (errno != ENOENT || slash == NULL || slash == folder)
			return;
		snprintf(parent, sizeof(parent), "%.*s", (int)(slash - folder),
		    folder);
		if (statvfs(parent, &found) != 0)
			return;
	}
	out->is_known = true;
	out->is_read_only = (found.f_flag & ST_RDONLY) != 0;
	out->free_bytes = (uint64_t)found.f_bavail * found.f_frsize;
	out->total_bytes = (uint64_t)found.f_blocks * found.f_frsize;
	out->has_inodes = found.f_files > 0;
	out->free_inodes = found.f_favail;
}

const char *
bs_disk_fault(const struct bs_disk *disk)
{
	if (!disk->is_known)
		return NULL;
	if (disk->is_read_only)
		return "it is mounted read-only; the kernel's log says why if "
		       "it was not by hand (dmesg); then mount it to be "
		       "written";
	/* some count neither blocks nor inodes */
	if (disk->total_bytes > 0 && disk->free_bytes < FULL_BYTES)
		return "it is full: remove something from it, or make it "
		       "larger";
	if (disk->has_inodes && disk->free_inodes == 0)
		return "it has no room for another file: remove some";
	return NULL;
}

const char *
bs_disk_text(const struct bs_disk *disk, char out[static BS_DISK_TEXT])
{
	if (!disk->is_known || disk->total_bytes == 0)
		snprintf(out, BS_DISK_TEXT, "not known");
	else
		snprintf(out, BS_DISK_TEXT,
		    "%" PRIu64 " of %" PRIu64 " MB free", disk->free_bytes / MB,
		    disk->total_bytes / MB);
	return out;
}

struct bs_json *
bs_disk_json(const struct bs_disk *disk)
{
	struct bs_json *json = bs_json_object();

	bs_json_number(json, "free_bytes", (int64_t)disk->free_bytes);
	bs_json_number(json, "total_bytes", (int64_t)disk->total_bytes);
	bs_json_bool(json, "read_only", disk->is_read_only);
	bs_json_text(json, "fault", bs_disk_fault(disk));
	return json;
}
