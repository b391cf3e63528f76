/* What smtpd has not read yet: whole lines, in a buffer of a fixed size. */
#include <sys/types.h>

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "filter/out.h"

void
bs_out_init(struct bs_out *out, int fd)
{
	out->fd = fd;
	out->dead = false;
	out->len = 0;
}

int
bs_out_add(struct bs_out *out, const char *line, size_t len)
{
	if (out->dead)
		return 0;
	if (len > sizeof(out->buf) - out->len)
		return -ENOBUFS;
	memcpy(out->buf + out->len, line, len);
	out->len += len;
	return 0;
}

int
bs_out_add_line(struct bs_out *out, const char *head, size_t head_len,
    const char *rest, size_t rest_len)
{
	char *at = out->buf + out->len;

	if (out->dead)
		return 0;
	if (head_len + rest_len + 1 > sizeof(out->buf) - out->len)
		return -ENOBUFS;
	memcpy(at, head, head_len);
	memcpy(at + head_len, rest, rest_len);
	at[head_len + rest_len] = '\n';
	out->len += head_len + rest_len + 1;
	return 0;
}

void
bs_out_flush(struct bs_out *out)
{
	size_t done = 0;

	while (done < out->len) {
		ssize_t n = write(out->fd, out->buf + done, out->len - done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno != EAGAIN && errno != EWOULDBLOCK) {
			/* smtpd is gone; its end of our input says so too */
			out->dead = true;
			out->len = 0;
			return;
		}
		if (n <= 0)
			break;
		done += (size_t)n;
	}
	out->len -= done;
	memmove(out->buf, out->buf + done, out->len);
}

bool
bs_out_is_high(const struct bs_out *out)
{
	return out->len > BS_OUT_HIGH;
}
