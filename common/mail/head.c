/* The header of a message that is in memory as a whole (RFC 5322 §2.2). */
#include <string.h>

#include "common/base/ascii.h"
#include "common/mail/head.h"

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* The octets of a line, its LF left out. */
static size_t
line_len(const char *text, size_t len, size_t at)
{
	const char *newline = memchr(text + at, '\n', len - at);

	return newline == NULL ? len - at : (size_t)(newline - (text + at));
}

/* Octets of a field's name at the start of a line, or 0: printable ASCII but
 * for the colon (RFC 5322 §3.6.8). */
static size_t
name_len(const char *line, size_t len)
{
	size_t n = 0;

	while (n < len && line[n] > 0x20 && line[n] < 0x7f && line[n] != ':')
		n++;
	return n < len && line[n] == ':' ? n : 0;
}

static struct bs_slice
trim(struct bs_slice span)
{
	while (span.len > 0 && is_blank(span.text[0])) {
		span.text++;
		span.len--;
	}
	while (span.len > 0 && is_blank(span.text[span.len - 1]))
		span.len--;
	return span;
}

bool
bs_head_next(const char *text, size_t len, size_t *at,
    struct bs_head_field *out)
{
	while (*at < len) {
		size_t start = *at;
		size_t end = start + line_len(text, len, start);
		size_t name = name_len(text + start, end - start);

		*at = end < len ? end + 1 : len;
		if (end == start)
			return false;
		if (name == 0)
			continue;
		while (*at < len && (text[*at] == ' ' || text[*at] == '\t')) {
			end = *at + line_len(text, len, *at);
			*at = end < len ? end + 1 : len;
		}
		out->name = (struct bs_slice){text + start, name};
		out->value = trim((struct bs_slice){text + start + name + 1,
		    end - (start + name + 1)});
		return true;
	}
	return false;
}

bool
bs_head_is(const struct bs_head_field *field, const char *name)
{
	return field->name.len == strlen(name) &&
	       bs_ascii_same(field->name.text, name, field->name.len);
}

static bool
is_delimiter(char c)
{
	return is_blank(c) || memchr("<>,;:()\"[]", c, 10) != NULL;
}

bool
bs_head_address(struct bs_slice value, size_t *at, struct bs_slice *out)
{
	while (*at < value.len) {
		size_t start = *at;
		bool has_at = false;

		while (*at < value.len && !is_delimiter(value.text[*at]))
			has_at = value.text[(*at)++] == '@' || has_at;
		*out = (struct bs_slice){value.text + start, *at - start};
		while (*at < value.len && is_delimiter(value.text[*at]))
			(*at)++;
		if (has_at && out->text[0] != '@' &&
		    out->text[out->len - 1] != '@')
			return true;
	}
	return false;
}

void
bs_head_copy(struct bs_slice value, char *out, size_t size)
{
	size_t at = 0;

	for (size_t i = 0; i < value.len && at + 1 < size; i++) {
		char c = value.text[i];

		if (c == '\n' || c == '\r')
			continue;
		if (c == '\0')
			c = '?';
		out[at++] = c;
	}
	out[at] = '\0';
}
