/* A picture of names, each with a bar as long as its number is large. */
#include <inttypes.h>
#include <string.h>

#include "common/cli/report/bars.h"

/* Pixels of a row: the name stands above its bar, so that both have the whole
 * width of a telephone. */
#define PITCH 38
#define NAME 14
#define BAR 21
#define BAR_HEIGHT 8

/* Columns for a name and its number, in 300 pixels and in 380. */
#define NARROW_COLUMNS 36
#define ROOMY_COLUMNS 50

/* A bar that is too short to be seen is no bar. */
#define LEAST_SHARE 0.4

static void
add_bar(struct bs_html *html, const struct bs_bars *bars, size_t at)
{
	const struct bs_bar *bar = &bars->bars[at];
	double share =
	    bars->bars[0].count == 0
		? 0
		: 100.0 * (double)bar->count / (double)bars->bars[0].count;
	char number[BS_HTML_NUMBER];
	unsigned digits = (unsigned)strlen(bs_html_number(bar->count, number));
	int y = (int)at * PITCH;

	bs_html_add(html, "<g class=\"row\"><title>%s: %" PRIu64 "</title>",
	    bar->name, bar->count);
	bs_picture_name(html, bars->are_words ? "words" : "name", bar->name,
	    y + NAME, NARROW_COLUMNS - digits, ROOMY_COLUMNS - digits);
	bs_html_add(html,
	    "<text class=\"count\" x=\"100%%\" y=\"%d\">%" PRIu64 "</text>"
	    "<rect class=\"track\" x=\"0\" width=\"100%%\" y=\"%d\" "
	    "height=\"%d\"/>",
	    y + NAME, bar->count, y + BAR, BAR_HEIGHT);
	bs_html_add(html,
	    "<rect class=\"%s\" x=\"0\" width=\"%f%%\" y=\"%d\" "
	    "height=\"%d\"/></g>\n",
	    bars->style, share < LEAST_SHARE ? LEAST_SHARE : share, y + BAR,
	    BAR_HEIGHT);
}

static void
add_table(struct bs_html *html, const struct bs_bars *bars)
{
	const char *heads[] = {bars->name_head, bars->count_head,
	    "too high by at most"};
	bool has_errors = false;

	for (size_t i = 0; i < bars->count; i++)
		has_errors = has_errors || bars->bars[i].error > 0;
	bs_picture_table(html, &bars->picture, heads, has_errors ? 3 : 2);
	for (size_t i = 0; i < bars->count; i++) {
		bs_html_add(html,
		    "<tr><th scope=\"row\">%s</th><td>%" PRIu64 "</td>",
		    bars->bars[i].name, bars->bars[i].count);
		if (has_errors)
			bs_html_add(html, "<td>%" PRIu64 "</td>",
			    bars->bars[i].error);
		bs_html_add(html, "</tr>\n");
	}
}

void
bs_bars_add(struct bs_html *html, const struct bs_bars *bars)
{
	bs_picture_begin(html, &bars->picture, NULL, 0);
	bs_picture_draw(html, &bars->picture,
	    (int)bars->count * PITCH - (PITCH - BAR - BAR_HEIGHT));
	for (size_t i = 0; i < bars->count; i++)
		add_bar(html, bars, i);
	bs_picture_drawn(html);
	if (bars->others > 0)
		bs_html_add(html,
		    "<p>All others together: <b>%" PRIu64 "</b></p>\n",
		    bars->others);
	add_table(html, bars);
	bs_picture_end(html);
}
