/* A line of a message, in pieces that smtpd can take back. */
#ifndef BS_FILTER_SPLIT_LINE_H
#define BS_FILTER_SPLIT_LINE_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/backstop.h"
#include "filter/proto.h"

/* smtpd reads our lines into 65,536 octets, of which the head of a line takes
 * 50 and its newline one. A longer one, such as a client may send, would stop
 * it for good, with all its sessions. */
#define BS_SPLIT_LINE_MAX 65485

struct bs_split_line {
	struct bs_text rest; /* of the line */
	bool in_head;	     /* the line is of the message's header */
	bool begun;
	char buf[BS_SPLIT_LINE_MAX];
};

/* Begins a line, which must outlive its pieces. */
void bs_split_line_begin(struct bs_split_line *piece, struct bs_text line,
    bool in_head);

/* The next piece: the line itself unless it is too long; then it goes on in
 * a folded line where it is of a header, and else in another line, of which
 * a dot at its beginning is doubled. It lives until the next one. Returns
 * false behind the last. */
bool bs_split_line_next(struct bs_split_line *piece, struct bs_text *out);

#endif
