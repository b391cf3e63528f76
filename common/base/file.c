/* Files that are read whole. */
#include <errno.h>
#include <unistd.h>

#include "common/base/file.h"

int
bs_file_read(int fd, char *out, size_t size, size_t *len)
{
	ssize_t n;

	*len = 0;
	while (*len < size) {
		if ((n = read(fd, out + *len, size - *len)) == 0)
			return 0;
		if (n > 0)
			*len += (size_t)n;
		else if (errno != EINTR)
			return -errno;
	}
	return -EFBIG;
}
