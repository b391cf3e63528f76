/* Reads the body of a message in Exim's spool into the parser of bounces. */
#include <sys/types.h>

#include <errno.h>
#include <unistd.h>

#include "exim/body.h"

void
bs_body_push(int fd, size_t max_bytes, struct bs_dsn *dsn)
{
	/* Exim's macro for where a body begins is wrong in a module that was
	 * built for another release of the same ABI */
	off_t at = lseek(fd, 0, SEEK_CUR);
	char octets[8192];

	while (at != (off_t)-1 && max_bytes > 0) {
		size_t want =
		    max_bytes < sizeof(octets) ? max_bytes : sizeof(octets);
		ssize_t n = pread(fd, octets, want, at);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return;
		bs_dsn_push(dsn, octets, (size_t)n);
		max_bytes -= (size_t)n;
		at += n;
	}
}
