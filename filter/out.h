/* What smtpd has not read yet: whole lines, in a buffer of a fixed size. */
#ifndef BS_FILTER_OUT_H
#define BS_FILTER_OUT_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/backstop.h"

/* Above the first, no more requests are read. The rest, up to the second, is
 * for the replies that are still to come: it takes ten thousand short ones. The
 * room is fixed, so that no allocation can fail. */
#define BS_OUT_HIGH (256 * 1024)
#define BS_OUT_MAX (1024 * 1024)

struct bs_out {
	int fd;	   /* borrowed; non-blocking */
	bool dead; /* nobody will read: lines are dropped */
	size_t len;
	char buf[BS_OUT_MAX];
};

void bs_out_init(struct bs_out *out, int fd);

/* Takes a whole line, its newline included. Returns 0 or -ENOBUFS. */
BS_MUST_USE int bs_out_add(struct bs_out *out, const char *line, size_t len);

/* The same for a line in two parts, without its newline. */
BS_MUST_USE int bs_out_add_line(struct bs_out *out, const char *head,
    size_t head_len, const char *rest, size_t rest_len);

/* Writes what the descriptor takes now. */
void bs_out_flush(struct bs_out *out);

/* Whether smtpd is so far behind that its requests have to wait. */
bool bs_out_is_high(const struct bs_out *out);

#endif
