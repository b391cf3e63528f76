/* An SPF record as a line of a zone file. */
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "common/base/ascii.h"
#include "common/spf/lint/zone.h"

#define NAME_OCTETS 253
#define LABEL_OCTETS 63

struct line {
	char *out;
	size_t size;
	size_t len;
	bool full;
};

bool
bs_spf_zone_is_name(const char *name)
{
	size_t label = 0;
	size_t len = strlen(name);

	for (size_t i = 0; i < len; i++) {
		bool is_end = i + 1 == len || name[i + 1] == '.';

		if (name[i] == '.') {
			if (label == 0)
				return false;
			label = 0;
			continue;
		}
		if (!bs_ascii_is_alpha(name[i]) &&
		    !bs_ascii_is_digit(name[i]) && name[i] != '_' &&
		    (name[i] != '-' || label == 0 || is_end))
			return false;
		if (++label > LABEL_OCTETS)
			return false;
	}
	return label > 0 && len <= NAME_OCTETS;
}

static void
put(struct line *line, char c)
{
	if (line->len + 1 < line->size)
		line->out[line->len++] = c;
	else
		line->full = true;
}

/* How many octets of the text the next string takes. If it must be cut, it is
 * cut after its last space. */
static size_t
string_len(const char *text, size_t len)
{
	size_t n = BS_SPF_STRING_MAX;

	if (len <= n)
		return len;
	while (n > 0 && text[n - 1] != ' ')
		n--;
	return n > 0 ? n : BS_SPF_STRING_MAX;
}

static void
put_string(struct line *line, const char *text, size_t len)
{
	put(line, '"');
	for (size_t i = 0; i < len; i++) {
		if (text[i] == '"' || text[i] == '\\')
			put(line, '\\');
		put(line, text[i]);
	}
	put(line, '"');
}

int
bs_spf_zone_line(const char *name, unsigned ttl_seconds, const char *record,
    size_t len, char *out, size_t size)
{
	struct line line = {.out = out, .size = size};
	int head = snprintf(out, size, "%s. %u IN TXT", name, ttl_seconds);

	if (head < 0 || (size_t)head >= size)
		return -EMSGSIZE;
	line.len = (size_t)head;
	do {
		size_t n = string_len(record, len);

		put(&line, ' ');
		put_string(&line, record, n);
		record += n;
		len -= n;
	} while (len > 0);
	out[line.len] = '\0';
	return line.full || line.len > INT_MAX ? -EMSGSIZE : (int)line.len;
}

/* Reads a string from behind its opening quote to its closing one. Returns how
 * many octets of text it took, or -errno. */
static int
read_string(const char *text, uint8_t *out, size_t size)
{
	size_t len = 0;
	size_t at = 0;

	for (; text[at] != '"'; at++) {
		if (text[at] == '\\')
			at++;
		if (text[at] == '\0')
			return -EINVAL;
		if (len == BS_SPF_STRING_MAX || len + 1 >= size)
			return -EMSGSIZE;
		out[1 + len++] = (uint8_t)text[at];
	}
	if (size == 0)
		return -EMSGSIZE;
	out[0] = (uint8_t)len;
	return (int)at + 1;
}

int
bs_spf_zone_read(const char *text, uint8_t *out, size_t size)
{
	size_t len = 0;

	text += strcspn(text, "\"");
	while (*text != '\0') {
		int taken;

		if (*text == ' ' || *text == '\t' || *text == '\n' ||
		    *text == '\r' || *text == '(' || *text == ')') {
			text++;
			continue;
		}
		if (*text++ != '"')
			return -EINVAL;
		taken = read_string(text, out + len, size - len);
		if (taken < 0)
			return taken;
		text += taken;
		len += 1U + out[len];
	}
	return len > 0 && len <= INT_MAX ? (int)len : -EINVAL;
}
