/* A line of a message, split into pieces that smtpd can take back. */
#ifndef BS_FILTER_SPLIT_LINE_H
#define BS_FILTER_SPLIT_LINE_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/backstop.h"
#include "filter/proto.h"

/* smtpd reads our lines into a buffer of 65,536 octets, of which the words
 * before a line of a message take 50 and its newline one. A longer line, which
 * a client may send, would stop smtpd for good with all its sessions. */
#define BS_SPLIT_LINE_MAX 65485

struct bs_split_line {
	struct bs_text rest; /* of the line */
	bool in_head;	     /* the line is of the message's header */
	bool begun;
	char buf[BS_SPLIT_LINE_MAX];
};

/* Begins a line, which must outlive its pieces. */
void bs_split_line_begin(struct bs_split_line *split, struct bs_text line,
    bool in_head);

/* The next piece: the whole line, unless it is too long. What follows of a
 * line of the header is folded; elsewhere it is a line of its own, with a dot
 * at its beginning doubled. It lives until the next call. Returns false behind
 * the last piece. */
bool bs_split_line_next(struct bs_split_line *split, struct bs_text *out);

#endif
