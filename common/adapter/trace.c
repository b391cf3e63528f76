/* Questions and answers in the log, as they are on the wire.
 *
 * The frame is logged and not the struct that it is read to, so that a new
 * attribute is seen without a change here, and nothing can be shown that was
 * not said. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "common/adapter/trace.h"
#include "common/base/log.h"

/* What log.c puts before a line, at most. */
#define LEVEL_MAX 16

#define LINE_MAX (BS_LOG_LINE - LEVEL_MAX)

struct line {
	char text[LINE_MAX];
	size_t begin; /* octets that stand in every line of the frame */
	size_t len;
};

static void
write_line(struct line *line)
{
	if (line->len == line->begin)
		return;
	bs_log(BS_LOG_DEBUG, "%s", line->text);
	line->len = line->begin;
	line->text[line->len] = '\0';
}

/* Adds an attribute; one that is longer than a line is cut off. */
static void
add(struct line *line, const char *attribute, size_t len)
{
	size_t room = sizeof(line->text) - line->len;

	if (len + 2 > room) {
		write_line(line);
		room = sizeof(line->text) - line->len;
	}
	snprintf(line->text + line->len, room, " %.*s", (int)len, attribute);
	line->len += len + 1 < room ? len + 1 : room - 1;
}

void
bs_trace_frame(const char *what, int peer, uint64_t id, const char *frame,
    size_t len)
{
	struct line line;
	const char *end;
	int begin;

	if (!bs_log_is_debug())
		return;
	begin = snprintf(line.text, sizeof(line.text), "%.16s", what);
	if (peer >= 0)
		begin += snprintf(line.text + begin,
		    sizeof(line.text) - (size_t)begin, " peer=%d", peer);
	begin += snprintf(line.text + begin, sizeof(line.text) - (size_t)begin,
	    " id=%" PRIu64, id);
	line.begin = line.len = (size_t)begin;
	while (len > 0 && (end = memchr(frame, '\n', len)) != NULL) {
		size_t part = (size_t)(end - frame);

		if (part > 0 && strncmp(frame, "id=", 3) != 0 &&
		    strncmp(frame, "version=1", 9) != 0)
			add(&line, frame, part);
		frame += part + 1;
		len -= part + 1;
	}
	write_line(&line);
}
