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

/* A place in the text of a zone file (RFC 1035 §5.1). */
struct reader {
	const char *at;
	unsigned depth; /* open parentheses */
	bool ended;	/* a line has, outside of them */
};

/* Passes over what parts words. */
static void
skip(struct reader *reader)
{
	for (;; reader->at++) {
		if (*reader->at == ';')
			reader->at += strcspn(reader->at, "\n");
		if (*reader->at == '(')
			reader->depth++;
		else if (*reader->at == ')' && reader->depth > 0)
			reader->depth--;
		else if (*reader->at == '\n' && reader->depth == 0)
			reader->ended = true;
		else if (*reader->at == '\0' ||
			 strchr(" \t\r\n)", *reader->at) == NULL)
			return;
	}
}

/* Reads an octet, which may be written as \" or \034. Returns how many octets
 * of text it took; 0 at the end of the text. */
static size_t
read_octet(const char *text, uint8_t *out)
{
	unsigned value = 0;
	size_t n = 0;

	*out = (uint8_t)text[0];
	if (text[0] != '\\')
		return text[0] != '\0';
	for (; n < 3 && bs_ascii_is_digit(text[1 + n]); n++)
		value = 10 * value + (unsigned)(text[1 + n] - '0');
	if (n == 3 && value <= UINT8_MAX) {
		*out = (uint8_t)value;
		return 4;
	}
	*out = (uint8_t)text[1];
	return text[1] != '\0' ? 2 : 0;
}

static bool
ends_string(char c, bool is_quoted)
{
	return is_quoted ? c == '"' : c == '\0' || strchr(" \t\r\n();\"", c);
}

/* Reads a string, from behind its opening quote if it has one, to its end.
 * Returns how many octets of text it took, or -errno. */
static int
read_string(const char *text, bool is_quoted, uint8_t *out, size_t size)
{
	size_t len = 0;
	size_t at = 0;

	while (!ends_string(text[at], is_quoted)) {
		uint8_t octet;
		size_t taken = read_octet(text + at, &octet);

		if (taken == 0)
			return -EINVAL;
		if (len == BS_SPF_STRING_MAX || len + 1 >= size)
			return -EMSGSIZE;
		out[1 + len++] = octet;
		at += taken;
	}
	if (size == 0)
		return -EMSGSIZE;
	out[0] = (uint8_t)len;
	return (int)at + is_quoted;
}

/* Where the strings begin: behind the type, which may follow an owner, a TTL
 * and a class; or at the first quote. */
static struct reader
find_strings(const char *text)
{
	struct reader reader = {.at = text};
	struct reader found = {NULL};

	for (;;) {
		const char *word;

		skip(&reader);
		word = reader.at;
		while (!ends_string(*reader.at, false))
			reader.at++;
		if (reader.at == word)
			break; /* a quote, or the end */
		if (reader.at - word == 3 && bs_ascii_same(word, "TXT", 3))
			found = reader;
	}
	if (found.at == NULL)
		found = reader;
	found.ended = false;
	return found;
}

int
bs_spf_zone_read(const char *text, uint8_t *out, size_t size)
{
	struct reader reader = find_strings(text);
	size_t len = 0;

	for (skip(&reader); *reader.at != '\0'; skip(&reader)) {
		bool is_quoted = *reader.at == '"';
		int taken;

		if (reader.ended && !is_quoted)
			return -EINVAL; /* another entry */
		reader.at += is_quoted;
		taken =
		    read_string(reader.at, is_quoted, out + len, size - len);
		if (taken < 0)
			return taken;
		reader.at += taken;
		len += 1U + out[len];
	}
	return len > 0 && len <= INT_MAX ? (int)len : -EINVAL;
}
