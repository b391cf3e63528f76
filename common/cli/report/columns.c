/* A picture of columns, one for each day or hour. */
#include <inttypes.h>
#include <string.h>

#include "common/cli/output.h"
#include "common/cli/report/columns.h"
#include "common/cli/report/scale.h"

#define MOST_STEPS 4

/* Its values need more room at the left. */
#define MILLION 1000000

/* Pixels: above the columns, for the highest one's number and the names of the
 * marks; below them, for the times. */
#define ABOVE 20
#define ABOVE_WITH_MARKS 56
#define FIRST_MARK 12
#define SECOND_MARK 29
#define BELOW 26
#define LEAST_HEIGHT 1.5

/* Per cents of the picture's width. */
#define COLUMN_SHARE 0.78
#define WIDEST_COLUMN 4.0

/* Where a picture's numbers lie. */
struct frame {
	const struct bs_columns *columns;
	struct bs_scale scale;
	int top;    /* pixels */
	int bottom; /* of the columns */
	size_t highest;
	uint64_t greatest;
};

static uint64_t
sum(const struct bs_columns *columns, size_t at)
{
	uint64_t values[BS_COLUMNS_PARTS] = {0};
	uint64_t all = 0;

	if (!columns->row(columns->of, at, values))
		return 0;
	for (size_t i = 0; i < columns->drawn; i++)
		all += values[i];
	return all;
}

static struct frame
frame_of(const struct bs_columns *columns)
{
	struct frame frame = {.columns = columns};

	for (size_t i = 0; i < columns->count; i++) {
		uint64_t all = sum(columns, i);

		if (all <= frame.greatest)
			continue;
		frame.greatest = all;
		frame.highest = i;
	}
	frame.scale = bs_scale_of(frame.greatest, MOST_STEPS);
	frame.top = columns->mark_from != 0 ? ABOVE_WITH_MARKS : ABOVE;
	frame.bottom = frame.top + columns->height;
	return frame;
}

bool
bs_columns_show_something(const struct bs_columns *columns)
{
	return frame_of(columns).greatest > 0;
}

static double
down(const struct frame *frame, uint64_t value)
{
	return frame->bottom - (double)frame->columns->height * (double)value /
				   (double)frame->scale.top;
}

/* Per cents across, of a time. */
static double
across(const struct bs_columns *columns, int64_t when)
{
	return 100.0 * (double)(when - columns->from) /
	       ((double)columns->step * (double)columns->count);
}

/* So that a text at the edge stays in the picture. */
static const char *
anchor(double at, double margin)
{
	return at < margin ? "start" : at > 100 - margin ? "end" : "middle";
}

static const char *
when_text(const struct bs_columns *columns, size_t at,
    char out[static BS_TIME_TEXT])
{
	int64_t when = columns->from + (int64_t)at * columns->step;

	if (columns->step == BS_DAY_SECONDS)
		return bs_day_text((uint32_t)(when / BS_DAY_SECONDS), out);
	return bs_scale_moment(when, out);
}

static void
add_grid(struct bs_html *html, const struct frame *frame)
{
	for (uint64_t value = 0; value <= frame->scale.top;
	     value += frame->scale.step) {
		double y = down(frame, value);

		bs_html_add(html,
		    "<line class=\"%s\" x1=\"0\" x2=\"100%%\" y1=\"%f\" "
		    "y2=\"%f\"/><text class=\"value\" x=\"-8\" y=\"%f\">",
		    value == 0 ? "base" : "grid", y, y, y + 4);
		bs_html_add(html, "%" PRIu64 "</text>\n", value);
	}
}

/* Days are named in the middle of their columns, hours where they begin. */
static void
add_times(struct bs_html *html, const struct frame *frame)
{
	const struct bs_columns *columns = frame->columns;
	bool are_days = columns->step == BS_DAY_SECONDS;
	struct bs_scale_tick ticks[BS_SCALE_TICKS];
	size_t count = bs_scale_times(columns->from,
	    columns->from + (int64_t)columns->count * columns->step,
	    columns->step, ticks);

	for (size_t i = 0; i < count; i++) {
		double x = across(columns,
		    ticks[i].when + (are_days ? columns->step / 2 : 0));

		bs_html_add(html,
		    "<g><line class=\"tick\" x1=\"%f%%\" x2=\"%f%%\" "
		    "y1=\"%d\" y2=\"%d\"/>",
		    x, x, frame->bottom, frame->bottom + 5);
		bs_html_add(html,
		    "<text class=\"%s\" x=\"%f%%\" y=\"%d\" "
		    "text-anchor=\"%s\">%s</text></g>\n",
		    ticks[i].is_minor ? "time roomy" : "time", x,
		    frame->bottom + 19, anchor(x, 3), ticks[i].label);
	}
}

static void
add_mark_line(struct bs_html *html, const struct frame *frame, int64_t when,
    int y)
{
	double x = across(frame->columns, when);

	bs_html_add(html,
	    "<line class=\"mark-line\" x1=\"%f%%\" x2=\"%f%%\" y1=\"%d\" "
	    "y2=\"%d\"/>",
	    x, x, y + 4, frame->bottom);
}

/* Wherever it stands, it fits into 270 pixels. */
static void
add_mark_name(struct bs_html *html, const struct frame *frame, int64_t when,
    int y, const char *word)
{
	double x = across(frame->columns, when);
	char text[BS_SCALE_MOMENT];

	bs_html_add(html,
	    "<text class=\"mark-name\" x=\"%f%%\" y=\"%d\" "
	    "text-anchor=\"%s\">%s %s</text>\n",
	    x, y, anchor(x, 33), word, bs_scale_moment(when, text));
}

static void
add_marks(struct bs_html *html, const struct frame *frame)
{
	const struct bs_columns *columns = frame->columns;
	double from = across(columns, columns->mark_from);
	double to = across(columns, columns->mark_to);

	bs_html_add(html,
	    "<rect class=\"mark\" x=\"%f%%\" width=\"%f%%\" y=\"%d\" "
	    "height=\"%d\"/>\n",
	    from, to - from, frame->top - 14, columns->height + 14);
	add_mark_line(html, frame, columns->mark_from, FIRST_MARK);
	if (!columns->mark_goes_on)
		add_mark_line(html, frame, columns->mark_to, SECOND_MARK);
	add_mark_name(html, frame, columns->mark_from, FIRST_MARK, "began");
	if (!columns->mark_goes_on)
		add_mark_name(html, frame, columns->mark_to, SECOND_MARK,
		    "ended");
}

/* What a pointer that rests on a column shows. */
static void
add_hint(struct bs_html *html, const struct bs_columns *columns, size_t at,
    const uint64_t *values)
{
	char text[BS_TIME_TEXT];

	bs_html_add(html, "<title>%s:", when_text(columns, at, text));
	if (values == NULL)
		bs_html_add(html, " not kept");
	for (size_t i = 0; values != NULL && i < columns->drawn; i++)
		bs_html_add(html, "%s %" PRIu64 " %s", i > 0 ? "," : "",
		    values[i], columns->parts[i].name);
	bs_html_add(html, "</title>");
}

static void
add_part(struct bs_html *html, const struct frame *frame, size_t at,
    const char *style, double top, double bottom)
{
	double share = 100.0 / (double)frame->columns->count;
	double width = share * COLUMN_SHARE;

	if (width > WIDEST_COLUMN)
		width = WIDEST_COLUMN;
	bs_html_add(html,
	    "<rect class=\"%s\" x=\"%f%%\" width=\"%f%%\" y=\"%f\" "
	    "height=\"%f\"/>",
	    style, ((double)at + 0.5) * share - width / 2, width, top,
	    bottom - top);
}

/* A column that is not empty can be seen, however low it is. */
static void
add_parts(struct bs_html *html, const struct frame *frame, size_t at,
    const uint64_t *values)
{
	const struct bs_columns *columns = frame->columns;
	double reached = frame->bottom;
	uint64_t all = 0;

	for (size_t i = 0; i < columns->drawn; i++) {
		double top = down(frame, all += values[i]);

		if (reached == frame->bottom && values[i] > 0 &&
		    top > frame->bottom - LEAST_HEIGHT)
			top = frame->bottom - LEAST_HEIGHT;
		if (values[i] == 0 || top >= reached)
			continue;
		add_part(html, frame, at, columns->parts[i].style, top,
		    reached);
		reached = top;
	}
}

static void
add_column(struct bs_html *html, const struct frame *frame, size_t at)
{
	const struct bs_columns *columns = frame->columns;
	double share = 100.0 / (double)columns->count;
	uint64_t values[BS_COLUMNS_PARTS] = {0};
	bool is_known = columns->row(columns->of, at, values);

	bs_html_add(html, "<g class=\"column\">");
	add_hint(html, columns, at, is_known ? values : NULL);
	bs_html_add(html,
	    "<rect class=\"%s\" x=\"%f%%\" width=\"%f%%\" y=\"%d\" "
	    "height=\"%d\"/>",
	    is_known ? "place" : "not-kept", (double)at * share, share,
	    frame->top, columns->height);
	if (is_known)
		add_parts(html, frame, at, values);
	bs_html_add(html, "</g>\n");
}

static void
add_greatest(struct bs_html *html, const struct frame *frame)
{
	double x = across(frame->columns,
	    frame->columns->from +
		(int64_t)frame->highest * frame->columns->step +
		frame->columns->step / 2);

	bs_html_add(html,
	    "<text class=\"greatest\" x=\"%f%%\" y=\"%f\" "
	    "text-anchor=\"%s\">%" PRIu64 "</text>\n",
	    x, down(frame, frame->greatest) - 6, anchor(x, 4), frame->greatest);
}

static void
add_table(struct bs_html *html, const struct bs_columns *columns)
{
	const char *heads[BS_COLUMNS_PARTS + 1] = {
	    columns->step == BS_DAY_SECONDS ? "day" : "hour"};
	char text[BS_TIME_TEXT];

	for (size_t i = 0; i < columns->part_count; i++)
		heads[i + 1] = columns->parts[i].name;
	bs_picture_table(html, &columns->picture, heads,
	    columns->part_count + 1);
	for (size_t at = 0; at < columns->count; at++) {
		uint64_t values[BS_COLUMNS_PARTS] = {0};
		bool is_known = columns->row(columns->of, at, values);

		bs_html_add(html, "<tr><th scope=\"row\">%s</th>",
		    when_text(columns, at, text));
		for (size_t i = 0; i < columns->part_count; i++)
			if (is_known)
				bs_html_add(html, "<td>%" PRIu64 "</td>",
				    values[i]);
			else
				bs_html_add(html, "<td>not kept</td>");
		bs_html_add(html, "</tr>\n");
	}
}

/* A picture of one colour needs no key, but for days that nobody kept. */
static void
add_head(struct bs_html *html, const struct bs_columns *columns)
{
	struct bs_picture_part parts[BS_COLUMNS_PARTS + 1];
	uint64_t values[BS_COLUMNS_PARTS];
	size_t count = columns->drawn;
	bool all_known = true;

	memcpy(parts, columns->parts, count * sizeof(parts[0]));
	for (size_t i = 0; i < columns->count; i++)
		all_known = all_known && columns->row(columns->of, i, values);
	if (!all_known)
		parts[count++] =
		    (struct bs_picture_part){"not kept", "not-kept"};
	bs_picture_begin(html, &columns->picture, parts, count > 1 ? count : 0);
}

void
bs_columns_add(struct bs_html *html, const struct bs_columns *given)
{
	struct bs_columns columns = *given;
	struct frame frame = frame_of(&columns);

	if (frame.scale.top >= MILLION)
		columns.picture.style = "columns of-millions";
	add_head(html, &columns);
	bs_picture_draw(html, &columns.picture, frame.bottom + BELOW);
	add_grid(html, &frame);
	if (columns.mark_from != 0)
		add_marks(html, &frame);
	for (size_t i = 0; i < columns.count; i++)
		add_column(html, &frame, i);
	add_times(html, &frame);
	if (frame.greatest > 0)
		add_greatest(html, &frame);
	bs_picture_drawn(html);
	add_table(html, &columns);
	bs_picture_end(html);
}
