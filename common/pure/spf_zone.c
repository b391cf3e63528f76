/* An SPF record as a line of a zone file. */
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "common/pure/spf_zone.h"

struct line {
	char *out;
	size_t size;
	size_t len;
	bool full;
};

static void
put(struct line *line, char c)
{
	if (line->len + 1 < line->size)
		line->out[line->len++] = c;
	else
		line->full = true;
}

/* How much of the text a string takes: to behind its last space, if it must
 * be cut. */
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
