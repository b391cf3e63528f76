/* What every picture of the page has: words for who cannot see it, a key of its
 * colours, and its numbers as a table. */
#ifndef BS_CLI_REPORT_PICTURE_H
#define BS_CLI_REPORT_PICTURE_H

#include <stddef.h>

#include "common/cli/report/html.h"

struct bs_picture {
	const char *id; /* of ours; unique in the page */
	const char *title;
	const char *about; /* a sentence: what the picture shows */
	const char
	    *style; /* a class of the style sheet: columns, bars, spans */
};

/* Something that has a look of its own: a colour and a pattern. The style is a
 * class of the style sheet. */
struct bs_picture_part {
	const char *name;
	const char *style;
};

/* The heading, the sentence and the key; then bs_picture_draw() opens the
 * drawing, so many pixels high and as wide as there is room; its places are
 * per cents across and pixels down. */
void bs_picture_begin(struct bs_html *html, const struct bs_picture *picture,
    const struct bs_picture_part *parts, size_t part_count);
void bs_picture_draw(struct bs_html *html, const struct bs_picture *picture,
    int height);

/* Ends the drawing; a note may follow. */
void bs_picture_drawn(struct bs_html *html);

/* Opens its table, whose columns have these heads; the caller adds rows. */
void bs_picture_table(struct bs_html *html, const struct bs_picture *picture,
    const char *const *heads, size_t head_count);
void bs_picture_end(struct bs_html *html);

/* A text at the left of a drawing, as much as fits into so many columns; a long
 * one is there twice, for telephones and for others. */
void bs_picture_name(struct bs_html *html, const char *style, const char *text,
    int y, unsigned narrow_columns, unsigned roomy_columns);

/* The patterns that pictures of the page share; once, before them. */
void bs_picture_patterns(struct bs_html *html);

#endif
