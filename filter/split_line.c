/* A line of a message, in pieces that smtpd can take back. */
#include <string.h>

#include "filter/split_line.h"

void
bs_split_line_begin(struct bs_split_line *piece, struct bs_text line,
    bool in_head)
{
	piece->rest = line;
	piece->in_head = in_head;
	piece->begun = false;
}

static void
skip(struct bs_text *text, size_t len)
{
	text->at += len;
	text->len -= len;
}

static void
first(struct bs_split_line *piece, struct bs_text *out)
{
	*out = piece->rest;
	if (out->len > BS_SPLIT_LINE_MAX)
		out->len = BS_SPLIT_LINE_MAX;
	skip(&piece->rest, out->len);
}

/* One octet is left for the space or the dot before it. */
static void
another(struct bs_split_line *piece, struct bs_text *out)
{
	size_t len = piece->rest.len;
	size_t at = 0;

	if (len > BS_SPLIT_LINE_MAX - 1)
		len = BS_SPLIT_LINE_MAX - 1;
	if (piece->in_head)
		piece->buf[at++] = ' ';
	else if (piece->rest.at[0] == '.')
		piece->buf[at++] = '.';
	memcpy(piece->buf + at, piece->rest.at, len);
	skip(&piece->rest, len);
	out->at = piece->buf;
	out->len = at + len;
}

bool
bs_split_line_next(struct bs_split_line *piece, struct bs_text *out)
{
	if (piece->begun && piece->rest.len == 0)
		return false;
	if (piece->begun)
		another(piece, out);
	else
		first(piece, out);
	piece->begun = true;
	return true;
}
