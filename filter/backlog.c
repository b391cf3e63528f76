/* Lines of a message that smtpd has yet to get. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "filter/backlog.h"

#define SIZE_FIRST 8192

int
bs_backlog_add(struct bs_backlog *kept, struct bs_text line)
{
	size_t size = kept->size == 0 ? SIZE_FIRST : kept->size;
	char *text;

	while (size - kept->len < line.len + 1)
		size *= 2;
	if (size != kept->size) {
		if ((text = realloc(kept->text, size)) == NULL)
			return -ENOMEM;
		kept->text = text;
		kept->size = size;
	}
	memcpy(kept->text + kept->len, line.at, line.len);
	kept->text[kept->len + line.len] = '\n';
	kept->len += line.len + 1;
	return 0;
}

bool
bs_backlog_has(const struct bs_backlog *kept)
{
	return kept->at < kept->len;
}

struct bs_text
bs_backlog_first(const struct bs_backlog *kept)
{
	const char *line = kept->text + kept->at;
	const char *end = memchr(line, '\n', kept->len - kept->at);
	struct bs_text out = {line, (size_t)(end - line)};

	return out;
}

void
bs_backlog_pop(struct bs_backlog *kept, struct bs_text first)
{
	kept->at += first.len + 1;
}

void
bs_backlog_clear(struct bs_backlog *kept)
{
	free(kept->text);
	memset(kept, 0, sizeof(*kept));
}
