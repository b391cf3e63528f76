/* A file that a person wrote: read whole, and replaced in one step. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/cli/status/rewrite.h"
#include "common/base/file.h"

#define MAX_BYTES (1024 * 1024)

int
bs_rewrite_read(const char *path, struct bs_rewrite *out)
{
	int fd;
	int rc;

	memset(out, 0, sizeof(*out));
	if (realpath(path, out->path) == NULL)
		return -errno;
	if ((fd = open(out->path, O_RDONLY | O_CLOEXEC)) < 0)
		return -errno;
	if (fstat(fd, &out->stat) != 0)
		rc = -errno;
	else if ((out->text = malloc(MAX_BYTES)) == NULL)
		rc = -ENOMEM;
	else
		rc = bs_file_read(fd, out->text, MAX_BYTES, &out->len);
	close(fd);
	return rc;
}

void
bs_rewrite_free(struct bs_rewrite *file)
{
	free(file->text);
	file->text = NULL;
}

int
bs_rewrite_save(const struct bs_rewrite *file, const char *text, size_t len)
{
	return bs_file_rewrite(file->path, text, len, &file->stat);
}
