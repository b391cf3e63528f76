/* Lines from smtpd, cut out of what was read. */
#include <sys/types.h>

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "filter/pipe.h"

int
bs_pipe_read(struct bs_pipe *lines, int fd)
{
	ssize_t n;

	lines->len -= lines->at;
	memmove(lines->buf, lines->buf + lines->at, lines->len);
	lines->at = 0;
	if (lines->len == sizeof(lines->buf)) {
		lines->skipping = true;
		lines->len = 0;
	}
	n = read(fd, lines->buf + lines->len, sizeof(lines->buf) - lines->len);
	if (n < 0 &&
	    (errno == EINTR || errno == EAGAIN || errno == EWOULDBLOCK))
		return 0;
	if (n <= 0)
		return BS_PIPE_END;
	lines->len += (size_t)n;
	return 0;
}

bool
bs_pipe_next(struct bs_pipe *lines, struct bs_text *line)
{
	for (;;) {
		const char *begin = lines->buf + lines->at;
		const char *end = memchr(begin, '\n', lines->len - lines->at);
		bool skip = lines->skipping;

		if (end == NULL) {
			if (skip)
				lines->at = lines->len;
			return false;
		}
		lines->at += (size_t)(end - begin) + 1;
		lines->skipping = false;
		if (skip)
			continue;
		line->at = begin;
		line->len = (size_t)(end - begin);
		return true;
	}
}
