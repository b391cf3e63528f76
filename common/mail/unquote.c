/* Text as people hand it over: saved, quoted, indented, or a whole mailbox. */
#include <string.h>

#include "common/mail/address.h"
#include "common/base/ascii.h"
#include "common/mail/head.h"
#include "common/mail/mime.h"
#include "common/mail/unquote.h"

/* Levels of quoting or indentation that are taken off. */
#define LEVELS 8

/* A text with fewer quoted lines than this quotes a little; it is not quoted as
 * a whole. */
#define QUOTED_MIN 3

static size_t
line_len(const char *text, size_t len, size_t at)
{
	const char *newline = memchr(text + at, '\n', len - at);

	return newline == NULL ? len - at : (size_t)(newline - (text + at));
}

static size_t
next_line(const char *text, size_t len, size_t at)
{
	size_t end = at + line_len(text, len, at);

	return end < len ? end + 1 : len;
}

static bool
is_empty(const char *line, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (line[i] != ' ' && line[i] != '\t')
			return false;
	return true;
}

/* UTF-16 with its byte order mark, as Windows saves a text. */
static size_t
narrow(char *text, size_t len, bool big_endian)
{
	size_t out = 0;

	for (size_t at = 2; at + 1 < len; at += 2) {
		char high = text[big_endian ? at : at + 1];
		char low = text[big_endian ? at + 1 : at];

		if (high != 0 || (unsigned char)low >= 0x80)
			low = '?';
		text[out++] = low;
	}
	return out;
}

size_t
bs_unquote_clean(char *text, size_t len)
{
	size_t out = 0;
	size_t at = 0;

	if (len >= 2 && memcmp(text, "\xff\xfe", 2) == 0)
		len = narrow(text, len, false);
	else if (len >= 2 && memcmp(text, "\xfe\xff", 2) == 0)
		len = narrow(text, len, true);
	else if (len >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0)
		at = 3;
	for (; at < len; at++) {
		if (text[at] != '\r')
			text[out++] = text[at];
		else if (at + 1 == len || text[at + 1] != '\n')
			text[out++] = '\n';
	}
	return out;
}

/* Whether the text is quoted as a whole: most of its lines are. */
static bool
is_quoted(const char *text, size_t len)
{
	size_t quoted = 0;
	size_t all = 0;

	for (size_t at = 0; at < len; at = next_line(text, len, at)) {
		if (is_empty(text + at, line_len(text, len, at)))
			continue;
		all++;
		quoted += text[at] == '>' || text[at] == '|';
	}
	return quoted >= QUOTED_MIN && 2 * quoted > all;
}

/* Takes one level of quoting off. */
static size_t
unquote(char *text, size_t len)
{
	size_t out = 0;
	bool begun = false;

	for (size_t at = 0, next; at < len; at = next) {
		size_t skip = text[at] == '>' || text[at] == '|' ? 1 : 0;

		next = next_line(text, len, at);
		begun = begun || skip > 0;
		if (!begun)
			continue;
		if (skip > 0 && at + 1 < next && text[at + 1] == ' ')
			skip++;
		memmove(text + out, text + at + skip, next - at - skip);
		out += next - at - skip;
	}
	return out;
}

/* The octets of white space that every line begins with. */
static size_t
indentation(const char *text, size_t len)
{
	size_t common = len;
	const char *first = NULL;

	for (size_t at = 0; at < len; at = next_line(text, len, at)) {
		size_t line = line_len(text, len, at);
		size_t n = 0;

		if (is_empty(text + at, line))
			continue;
		if (first == NULL)
			first = text + at;
		while (n < common && n < line &&
		       (text[at + n] == ' ' || text[at + n] == '\t') &&
		       text[at + n] == first[n])
			n++;
		common = n;
	}
	return first == NULL ? 0 : common;
}

static size_t
dedent(char *text, size_t len, size_t indent)
{
	size_t out = 0;

	for (size_t at = 0, next; at < len; at = next) {
		size_t line = line_len(text, len, at);
		size_t skip = line < indent ? line : indent;

		next = next_line(text, len, at);
		memmove(text + out, text + at + skip, next - at - skip);
		out += next - at - skip;
	}
	return out;
}

size_t
bs_unquote_text(char *text, size_t len)
{
	for (int level = 0; level < LEVELS; level++) {
		size_t indent = indentation(text, len);

		if (indent > 0)
			len = dedent(text, len, indent);
		else if (is_quoted(text, len))
			len = unquote(text, len);
		else
			break;
	}
	return len;
}

/* Whether a line begins like a field: "Received:", not "http://" or "12:30". */
static bool
is_field(const char *line, size_t len)
{
	size_t n = bs_mime_name_len(line, len);

	return n > 1 && bs_ascii_is_alpha(line[0]) &&
	       !(len > n + 2 && memcmp(line + n, "://", 3) == 0);
}

/* Fields that no text but a message begins with. */
static bool
is_telling(const char *line, size_t len)
{
	static const char *const names[] = {"Received:", "Return-Path:",
	    "Delivered-To:", "Content-Type:", "From:"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		size_t name = strlen(names[i]);

		if (len > name && bs_ascii_same(line, names[i], name))
			return true;
	}
	return false;
}

bool
bs_unquote_has_header(const char *text, size_t len)
{
	unsigned fields = 0;
	unsigned others = 0;

	for (size_t at = 0; at < len; at = next_line(text, len, at)) {
		size_t line = line_len(text, len, at);

		if (line == 0)
			break;
		if (is_field(text + at, line))
			fields++;
		else if (at == 0)
			return false;
		else if (text[at] != ' ' && text[at] != '\t')
			others++;
	}
	if (fields == 1 && !is_telling(text, line_len(text, len, 0)))
		return false;
	return fields > others;
}

/* "From alice@example.org Tue Nov 24 14:02:11 2026" */
static bool
is_envelope(const char *line, size_t len)
{
	if (len < 7 || memcmp(line, "From ", 5) != 0)
		return false;
	for (size_t i = 6; i + 2 < len; i++)
		if (line[i] == ':' && bs_ascii_is_digit(line[i - 1]) &&
		    bs_ascii_is_digit(line[i + 1]))
			return true;
	return false;
}

/* What begins a text before its header: there the time may be left out. */
static bool
is_first_envelope(const char *text, size_t len)
{
	size_t line = line_len(text, len, 0);
	size_t next = next_line(text, len, 0);

	if (is_envelope(text, line))
		return true;
	return line > 5 && memcmp(text, "From ", 5) == 0 &&
	       memchr(text, ':', line) == NULL &&
	       bs_unquote_has_header(text + next, len - next);
}

/* A message of a mailbox, as its lines are looked at one by one. */
struct reading {
	const char *text;
	size_t len;
	size_t start;	     /* of the message */
	bool is_daemons;     /* a mail system wrote it */
	char boundary[74];   /* of a multipart that has not ended: "--b" */
	size_t boundary_len; /* 0: there is none */
	const char *last;    /* line that was not empty */
	size_t last_len;
};

/* Reads the header of the message. */
static void
begin_reading(struct reading *reading, size_t at)
{
	struct bs_head_field field;
	struct bs_address address;
	struct bs_slice found;

	reading->start = at;
	while (bs_head_next(reading->text, reading->len, &at, &field)) {
		size_t within = 0;

		if (bs_head_is(&field, "From") &&
		    bs_head_address(field.value, &within, &found) &&
		    bs_address_parse(found.text, found.len, &address) == 0)
			reading->is_daemons = bs_address_is_daemon(&address);
		if (bs_head_is(&field, "Content-Type") &&
		    reading->boundary_len == 0 &&
		    bs_mime_parameter(field.value.text, field.value.len,
			"boundary", reading->boundary + 2,
			sizeof(reading->boundary) - 2) == 0) {
			memcpy(reading->boundary, "--", 2);
			reading->boundary_len = strlen(reading->boundary);
		}
	}
}

static bool
is_boundary(const struct reading *reading, const char *line, size_t len)
{
	return reading->boundary_len > 0 && len >= reading->boundary_len &&
	       memcmp(line, reading->boundary, reading->boundary_len) == 0;
}

static void
read_line(struct reading *reading, const char *line, size_t len)
{
	size_t end = reading->boundary_len;

	if (is_boundary(reading, line, len) && len >= end + 2 &&
	    memcmp(line + end, "--", 2) == 0)
		reading->boundary_len = 0;
	if (len > 0) {
		reading->last = line;
		reading->last_len = len;
	}
	if (len > 2 && memcmp(line, "--", 2) == 0 &&
	    memchr(line, ' ', len) == NULL)
		reading->last =
		    NULL; /* a boundary, not "-- Message follows --" */
}

/* Octets that are looked at for a boundary, so that all looking together takes
 * no longer than reading does. */
#define LOOK_AHEAD_MIN 1024

/* Whether a "From " line stands inside the message: its multipart goes on
 * behind it, or the line before it, in a notice, says that a message follows.
 */
static bool
is_inside(const struct reading *reading, size_t at)
{
	size_t far = 2 * (at - reading->start);
	size_t left = reading->len - at;

	if (reading->is_daemons && reading->last != NULL) {
		char end = reading->last[reading->last_len - 1];

		if (end == ':' || end == '-' || end == '=')
			return true;
	}
	if (reading->boundary_len == 0)
		return false;
	if (far < LOOK_AHEAD_MIN)
		far = LOOK_AHEAD_MIN;
	return memmem(reading->text + at, left < far ? left : far,
		   reading->boundary, reading->boundary_len) != NULL;
}

bool
bs_unquote_next(const char *text, size_t len, size_t *at,
    struct bs_slice *envelope, struct bs_slice *message)
{
	struct reading reading = {.text = text, .len = len};
	bool was_empty = false;

	while (*at < len && is_empty(text + *at, line_len(text, len, *at)))
		*at = next_line(text, len, *at);
	if (*at == len)
		return false;
	*envelope = (struct bs_slice){text + *at, 0};
	if (is_first_envelope(text + *at, len - *at)) {
		envelope->len = line_len(text, len, *at);
		*at = next_line(text, len, *at);
	}
	if (envelope->len > 0)
		begin_reading(&reading, *at);
	for (*message = (struct bs_slice){text + *at, 0}; *at < len;
	     *at = next_line(text, len, *at)) {
		size_t line = line_len(text, len, *at);

		if (was_empty && envelope->len > 0 &&
		    is_envelope(text + *at, line) && !is_inside(&reading, *at))
			break;
		read_line(&reading, text + *at, line);
		was_empty = line == 0;
	}
	message->len = (size_t)(text + *at - message->text);
	return true;
}

/* Whether a header names a mail system as its author. "From" may be in any
 * language. */
static bool
is_from_daemon(const char *text, size_t len)
{
	struct bs_head_field field;
	struct bs_address address;
	struct bs_slice found;
	size_t at = 0;

	while (bs_head_next(text, len, &at, &field)) {
		size_t within = 0;

		if (!bs_head_is(&field, "to") &&
		    bs_head_address(field.value, &within, &found) &&
		    bs_address_parse(found.text, found.len, &address) == 0 &&
		    bs_address_is_daemon(&address))
			return true;
	}
	return false;
}

/* Headers that are looked for between two empty lines. Each look goes on to the
 * next one, so that more of them would take time beyond measure. */
#define LOOKS_MAX 16

size_t
bs_unquote_find_notice(const char *text, size_t len, bool from_start)
{
	bool in_block = !from_start;
	unsigned looks = 0;

	for (size_t at = 0; at < len; at = next_line(text, len, at)) {
		size_t line = line_len(text, len, at);

		if (line == 0)
			looks = 0;
		if (line > 0 && (text[at] == ' ' || text[at] == '\t'))
			continue;
		if (!is_field(text + at, line)) {
			in_block = false;
			continue;
		}
		if (!in_block && looks++ < LOOKS_MAX &&
		    bs_unquote_has_header(text + at, len - at) &&
		    is_from_daemon(text + at, len - at))
			return at;
		in_block = true;
	}
	return len;
}
