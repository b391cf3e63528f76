/* The parts of a message that is in memory as a whole (RFC 2045, RFC 2046). */
#include <string.h>

#include "common/base/ascii.h"
#include "common/mail/head.h"
#include "common/mail/mime.h"
#include "common/mail/parts.h"

#define NAME_MAX_OCTETS 256
#define BOUNDARY_MAX 128 /* octets, "--" included; RFC 2046 allows 72 */

static size_t
line_len(const char *text, size_t len, size_t at)
{
	const char *newline = memchr(text + at, '\n', len - at);

	return newline == NULL ? len - at : (size_t)(newline - (text + at));
}

static bool
begins(struct bs_slice value, const char *word)
{
	size_t len = strlen(word);

	return value.len >= len && bs_ascii_same(value.text, word, len);
}

/* Whether the parameter is the name of a saved message. */
static bool
is_called_eml(struct bs_slice value, const char *parameter)
{
	static const char end[] = ".eml";
	char name[NAME_MAX_OCTETS];
	size_t len;

	if (bs_mime_parameter(value.text, value.len, parameter, name,
		sizeof(name)) != 0)
		return false;
	len = strlen(name);
	return len >= sizeof(end) - 1 &&
	       bs_ascii_same(name + len - (sizeof(end) - 1), end,
		   sizeof(end) - 1);
}

static void
take_type(struct bs_slice value, struct bs_part *out)
{
	out->type = BS_PART_OTHER;
	/* message/global-headers and the like belong to a report */
	if (begins(value, "message/rfc822") ||
	    (begins(value, "message/global") &&
		!begins(value, "message/global-")) ||
	    is_called_eml(value, "name"))
		out->type = BS_PART_MESSAGE;
	else if (begins(value, "text/plain"))
		out->type = BS_PART_TEXT;
}

/* Returns whether the field is one that only parts of a message have. */
static bool
take_field(const struct bs_head_field *field, struct bs_part *out)
{
	if (bs_head_is(field, "content-type"))
		take_type(field->value, out);
	else if (bs_head_is(field, "content-disposition") &&
		 is_called_eml(field->value, "filename"))
		out->type = BS_PART_MESSAGE;
	else if (bs_head_is(field, "content-transfer-encoding"))
		out->encoding =
		    bs_transfer_named(field->value.text, field->value.len);
	return begins(field->name, "content-");
}

/* Where the header ends that begins at a place: behind its empty line, or
 * before a line that may be a boundary, so that no line is read for two parts.
 */
static size_t
header_end(const char *text, size_t len, size_t at)
{
	while (at < len) {
		size_t line = line_len(text, len, at);

		if (line >= 2 && memcmp(text + at, "--", 2) == 0)
			return at;
		at = at + line < len ? at + line + 1 : len;
		if (line == 0)
			return at;
	}
	return len;
}

/* Reads a header from *at on. Returns whether it is that of a part. */
static bool
take_header(const char *text, size_t len, size_t *at, struct bs_part *out)
{
	size_t end = header_end(text, len, *at);
	struct bs_head_field field;
	bool is_part = false;

	while (bs_head_next(text, end, at, &field))
		is_part = take_field(&field, out) || is_part;
	return is_part;
}

void
bs_part_whole(const char *text, size_t len, struct bs_part *out)
{
	size_t at = 0;

	/* RFC 2045 §5.2: no Content-Type is text/plain */
	*out = (struct bs_part){.type = BS_PART_TEXT};
	for (struct bs_head_field field; bs_head_next(text, len, &at, &field);)
		if (bs_head_is(&field, "content-type"))
			out->type = BS_PART_OTHER;
	at = 0;
	(void)take_header(text, len, &at, out);
	out->body = (struct bs_slice){text + at, len - at};
}

/* Where a line begins that starts with the boundary, or len. */
static size_t
find_end(const char *text, size_t len, size_t at, struct bs_slice boundary)
{
	while (at < len) {
		size_t line = line_len(text, len, at);

		if (line >= boundary.len &&
		    memcmp(text + at, boundary.text, boundary.len) == 0)
			return at;
		at = at + line < len ? at + line + 1 : len;
	}
	return len;
}

bool
bs_part_next(const char *text, size_t len, size_t *at, struct bs_part *out)
{
	while (*at < len) {
		struct bs_slice line = {text + *at, line_len(text, len, *at)};
		size_t body;

		*at += line.len < len - *at ? line.len + 1 : line.len;
		while (line.len > 0 && (line.text[line.len - 1] == ' ' ||
					   line.text[line.len - 1] == '\t'))
			line.len--;
		if (line.len < 3 || line.len > BOUNDARY_MAX ||
		    memcmp(line.text, "--", 2) != 0)
			continue;
		body = *at;
		*out = (struct bs_part){.type = BS_PART_TEXT};
		if (!take_header(text, len, &body, out))
			continue;
		*at = body;
		out->body = (struct bs_slice){text + body,
		    find_end(text, len, body, line) - body};
		return true;
	}
	return false;
}

size_t
bs_part_decode(const struct bs_part *part, char *out)
{
	struct bs_transfer transfer;
	size_t out_len = 0;
	size_t at = 0;

	bs_transfer_begin(&transfer, part->encoding);
	while (at < part->body.len) {
		size_t line = line_len(part->body.text, part->body.len, at);

		out_len += bs_transfer_decode(&transfer, part->body.text + at,
		    line, true, out + out_len);
		at += line + 1;
	}
	return out_len;
}
