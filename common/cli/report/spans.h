/* A picture of what held from when until when, in rows above one axis of time.
 */
#ifndef BS_CLI_REPORT_SPANS_H
#define BS_CLI_REPORT_SPANS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/cli/report/html.h"
#include "common/cli/report/picture.h"

/* Times are epoch seconds; the style is a class of the style sheet. */
struct bs_span_shown {
	int64_t from;
	int64_t to;
	const char *state; /* in words */
	const char *style;
};

/* Room for a name or a note. */
#define BS_SPANS_TEXT 320

struct bs_spans_row {
	char name[BS_SPANS_TEXT];  /* in the table */
	bool is_drawn;		   /* else it stands in the table alone */
	char shown[BS_SPANS_TEXT]; /* its name in the picture */
	char note[BS_SPANS_TEXT];  /* how it is now */
	const struct bs_span_shown *spans;
	size_t count;
};

struct bs_spans {
	struct bs_picture picture;
	const struct bs_picture_part *parts;
	size_t part_count;
	const char *name_head;
	int64_t from;
	int64_t to;
	const struct bs_spans_row *rows;
	size_t count; /* at least one that is drawn */
};

void bs_spans_add(struct bs_html *html, const struct bs_spans *spans);

#endif
