/* Lines from smtpd, cut out of what was read. */
#ifndef BS_LINES_H
#define BS_LINES_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/backstop.h"
#include "filter/proto.h"

/* smtpd's own lines reach 65,535 octets and a head before them. */
#define BS_LINES_MAX (128 * 1024)

/* bs_lines_read(): what smtpd sent is at its end. */
#define BS_LINES_END 1

/* All zero at first. */
struct bs_lines {
	size_t at;     /* where the next line begins */
	size_t len;    /* octets read, those before at included */
	bool skipping; /* the rest of a line that was too long */
	char buf[BS_LINES_MAX];
};

/* Reads once, after all lines were taken. Returns 0, also when there is
 * nothing to read now; BS_LINES_END, also after an error that will stay. */
BS_MUST_USE int bs_lines_read(struct bs_lines *lines, int fd);

/* The next whole line, without its newline; it lives until the next read.
 * Returns false when there is none. A longer line than the buffer holds is
 * left out. */
bool bs_lines_next(struct bs_lines *lines, struct bs_text *line);

#endif
