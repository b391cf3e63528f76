/* A picture of what held from when until when, in rows above one axis of time.
 */
#include "common/base/backstop.h"
#include "common/cli/output.h"
#include "common/cli/report/scale.h"
#include "common/cli/report/spans.h"

/* Pixels of a row: name, bar, note. */
#define PITCH 62
#define NAME 14
#define BAR 22
#define BAR_HEIGHT 14
#define NOTE 52
#define BELOW 26

/* What fits into 300 pixels, and into 700. */
#define NAME_COLUMNS 40
#define NAME_ROOMY_COLUMNS 90
#define NOTE_COLUMNS 44
#define NOTE_ROOMY_COLUMNS 100

/* Per cents: what is shorter is not seen. */
#define LEAST_SHARE 0.3

#define HOUR 3600

static double
across(const struct bs_spans *spans, int64_t when)
{
	if (when < spans->from)
		when = spans->from;
	if (when > spans->to)
		when = spans->to;
	return 100.0 * (double)(when - spans->from) /
	       (double)(spans->to - spans->from);
}

/* Spans of whole days end before their end's midnight. */
static const char *
last_text(const struct bs_span_shown *span, char out[static BS_TIME_TEXT])
{
	return bs_day_text((uint32_t)((span->to - 1) / BS_DAY_SECONDS), out);
}

static const char *
first_text(const struct bs_span_shown *span, char out[static BS_TIME_TEXT])
{
	return bs_day_text((uint32_t)(span->from / BS_DAY_SECONDS), out);
}

static void
add_span(struct bs_html *html, const struct bs_spans *spans,
    const struct bs_span_shown *span, int y)
{
	double from = across(spans, span->from);
	double width = across(spans, span->to) - from;
	char first[BS_TIME_TEXT];
	char last[BS_TIME_TEXT];

	if (span->to <= spans->from)
		return;
	if (width < LEAST_SHARE)
		width = LEAST_SHARE;
	bs_html_add(html,
	    "<g class=\"span\"><title>%s to %s: %s</title><rect class=\"%s\" "
	    "x=\"%f%%\" width=\"%f%%\" y=\"%d\" height=\"%d\"/></g>\n",
	    first_text(span, first), last_text(span, last), span->state,
	    span->style, from, width, y + BAR, BAR_HEIGHT);
}

static void
add_row(struct bs_html *html, const struct bs_spans *spans,
    const struct bs_spans_row *row, int y)
{
	bs_picture_name(html, "name", row->shown, y + NAME, NAME_COLUMNS,
	    NAME_ROOMY_COLUMNS);
	bs_html_add(html,
	    "<rect class=\"track\" x=\"0\" width=\"100%%\" y=\"%d\" "
	    "height=\"%d\"/>\n",
	    y + BAR, BAR_HEIGHT);
	for (size_t i = 0; i < row->count; i++)
		add_span(html, spans, &row->spans[i], y);
	bs_picture_name(html, "note", row->note, y + NOTE, NOTE_COLUMNS,
	    NOTE_ROOMY_COLUMNS);
}

static void
add_times(struct bs_html *html, const struct bs_spans *spans, int y)
{
	struct bs_scale_tick ticks[BS_SCALE_TICKS];
	size_t count = bs_scale_times(spans->from, spans->to, HOUR, ticks);

	bs_html_add(html,
	    "<line class=\"base\" x1=\"0\" x2=\"100%%\" y1=\"%d\" "
	    "y2=\"%d\"/>\n",
	    y, y);
	for (size_t i = 0; i < count; i++) {
		double x = across(spans, ticks[i].when);
		const char *anchor = x < 8    ? "start"
				     : x > 92 ? "end"
					      : "middle";

		bs_html_add(html,
		    "<line class=\"tick\" x1=\"%f%%\" x2=\"%f%%\" y1=\"%d\" "
		    "y2=\"%d\"/>",
		    x, x, y, y + 5);
		bs_html_add(html,
		    "<text class=\"%s\" x=\"%f%%\" y=\"%d\" "
		    "text-anchor=\"%s\">%s</text>\n",
		    ticks[i].is_minor ? "time roomy" : "time", x, y + 19,
		    anchor, ticks[i].label);
	}
}

static void
add_table(struct bs_html *html, const struct bs_spans *spans)
{
	const char *heads[] = {spans->name_head, "from", "to", "what held"};
	char first[BS_TIME_TEXT];
	char last[BS_TIME_TEXT];

	bs_picture_table(html, &spans->picture, heads, 4);
	for (size_t at = 0; at < spans->count; at++) {
		const struct bs_spans_row *row = &spans->rows[at];

		for (size_t i = 0; i < row->count; i++)
			bs_html_add(html,
			    "<tr><th scope=\"row\">%s</th><td>%s</td>"
			    "<td>%s</td><td class=\"words\">%s</td></tr>\n",
			    row->name, first_text(&row->spans[i], first),
			    last_text(&row->spans[i], last),
			    row->spans[i].state);
	}
}

void
bs_spans_add(struct bs_html *html, const struct bs_spans *spans)
{
	int height = 0;
	int y = 0;

	for (size_t i = 0; i < spans->count; i++)
		height += spans->rows[i].is_drawn ? PITCH : 0;
	bs_picture_begin(html, &spans->picture, spans->parts,
	    spans->part_count);
	bs_picture_draw(html, &spans->picture, height + BELOW);
	for (size_t i = 0; i < spans->count; i++) {
		if (!spans->rows[i].is_drawn)
			continue;
		add_row(html, spans, &spans->rows[i], y);
		y += PITCH;
	}
	add_times(html, spans, y);
	bs_picture_drawn(html);
	add_table(html, spans);
	bs_picture_end(html);
}
