/* Any octets as a backup: it is read, or refused, and what is read fits. */
#include <errno.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/cli/store/parts.h"
#include "tests/fuzz/fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bs_parts parts = {0};
	struct stat st;
	int fd = memfd_create("backup", 0);
	int store = memfd_create("store", 0);
	int rc;

	MUST(fd >= 0 && store >= 0);
	MUST(write(fd, data, size) == (ssize_t)size);
	MUST(lseek(fd, 0, SEEK_SET) == 0);
	rc = bs_parts_read(&parts, fd, store, NULL);
	MUST(rc == 0 || rc == -EUCLEAN || rc == -EPROTO || rc == -EBADMSG);
	MUST(fstat(store, &st) == 0 && (size_t)st.st_size <= size);
	for (int i = 0; i < BS_PARTS; i++)
		MUST(parts.parts[i].len <= size);
	if (rc == 0) {
		MUST(parts.made > 0);
		MUST((uint64_t)st.st_size == parts.store_bytes);
		MUST(parts.parts[BS_PART_CONFIG].is_there);
		MUST(parts.parts[BS_PART_KEYRING].is_there);
		MUST(parts.parts[BS_PART_STORE_KEY].is_there);
	}
	bs_parts_free(&parts);
	close(store);
	close(fd);
	return 0;
}
