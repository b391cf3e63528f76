/* Lines of a message that smtpd has yet to get. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "filter/backlog.h"

#define SIZE_FIRST 8192

int
bs_backlog_add(struct bs_backlog *backlog, struct bs_text line)
{
	size_t size = backlog->size == 0 ? SIZE_FIRST : backlog->size;
	char *text;

	while (size - backlog->len < line.len + 1)
		size *= 2;
	if (size != backlog->size) {
		if ((text = realloc(backlog->text, size)) == NULL)
			return -ENOMEM;
		backlog->text = text;
		backlog->size = size;
	}
	memcpy(backlog->text + backlog->len, line.at, line.len);
	backlog->text[backlog->len + line.len] = '\n';
	backlog->len += line.len + 1;
	return 0;
}

bool
bs_backlog_has(const struct bs_backlog *backlog)
{
	return backlog->at < backlog->len;
}

struct bs_text
bs_backlog_first(const struct bs_backlog *backlog)
{
	const char *line = backlog->text + backlog->at;
	const char *end = memchr(line, '\n', backlog->len - backlog->at);
	struct bs_text out = {line, (size_t)(end - line)};

	return out;
}

void
bs_backlog_pop(struct bs_backlog *backlog, struct bs_text first)
{
	backlog->at += first.len + 1;
}

void
bs_backlog_clear(struct bs_backlog *backlog)
{
	free(backlog->text);
	memset(backlog, 0, sizeof(*backlog));
}
