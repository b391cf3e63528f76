/* Lines from smtpd, cut out of what was read. */
#ifndef BS_FILTER_PIPE_H
#define BS_FILTER_PIPE_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/backstop.h"
#include "filter/proto.h"

/* smtpd's own lines reach 65,535 octets and a head before them. */
#define BS_PIPE_MAX (128 * 1024)

/* bs_pipe_read(): what smtpd sent is at its end. */
#define BS_PIPE_END 1

/* All zero at first. */
struct bs_pipe {
	size_t at;     /* where the next line begins */
	size_t len;    /* octets read, those before at included */
	bool skipping; /* the rest of a line that was too long */
	char buf[BS_PIPE_MAX];
};

/* Reads once, after all lines were taken. Returns 0, also when there is
 * nothing to read now; BS_PIPE_END, also after an error that will stay. */
BS_MUST_USE int bs_pipe_read(struct bs_pipe *lines, int fd);

/* The next whole line, without its newline; it lives until the next read.
 * Returns false when there is none. A longer line than the buffer holds is
 * left out. */
bool bs_pipe_next(struct bs_pipe *lines, struct bs_text *line);

#endif
