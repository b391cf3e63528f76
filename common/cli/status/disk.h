/* The file system that the store lies on: whether a store can grow there. */
#ifndef BS_CLI_STATUS_DISK_H
#define BS_CLI_STATUS_DISK_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/backstop.h"
#include "common/cli/output.h"

struct bs_disk {
	bool is_known; /* false: all else is 0 */
	bool is_read_only;
	bool has_inodes;     /* false: it does not count them */
	uint64_t free_bytes; /* for others than root */
	uint64_t total_bytes;
	uint64_t free_inodes;
};

/* Looks at the folder's, or where that is missing, at its parent's. */
void bs_disk_look(const char *folder, struct bs_disk *out);

/* What is wrong there and what to do, a static text; NULL where it is well. */
const char *bs_disk_fault(const struct bs_disk *disk);

/* "12 of 2048 MB free"; returns out. */
#define BS_DISK_TEXT 80
const char *bs_disk_text(const struct bs_disk *disk,
    char out[static BS_DISK_TEXT]);

/* An object, or null. */
struct bs_json *bs_disk_json(const struct bs_disk *disk);

#endif
