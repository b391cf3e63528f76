/* A line of a message, split into pieces that smtpd can take back. */
#include <string.h>

#include "filter/split_line.h"

void
bs_split_line_begin(struct bs_split_line *split, struct bs_text line,
    bool in_head)
{
	split->rest = line;
	split->in_head = in_head;
	split->begun = false;
}

static void
skip(struct bs_text *text, size_t len)
{
	text->at += len;
	text->len -= len;
}

static void
first(struct bs_split_line *split, struct bs_text *out)
{
	*out = split->rest;
	if (out->len > BS_SPLIT_LINE_MAX)
		out->len = BS_SPLIT_LINE_MAX;
	skip(&split->rest, out->len);
}

/* One octet is left for the space or the dot before it. */
static void
another(struct bs_split_line *split, struct bs_text *out)
{
	size_t len = split->rest.len;
	size_t at = 0;

	if (len > BS_SPLIT_LINE_MAX - 1)
		len = BS_SPLIT_LINE_MAX - 1;
	if (split->in_head)
		split->buf[at++] = ' ';
	else if (split->rest.at[0] == '.')
		split->buf[at++] = '.';
	memcpy(split->buf + at, split->rest.at, len);
	skip(&split->rest, len);
	out->at = split->buf;
	out->len = at + len;
}

bool
bs_split_line_next(struct bs_split_line *split, struct bs_text *out)
{
	if (split->begun && split->rest.len == 0)
		return false;
	if (split->begun)
		another(split, out);
	else
		first(split, out);
	split->begun = true;
	return true;
}
