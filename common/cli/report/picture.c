/* What every picture of the page has. */
#include <string.h>

#include "common/cli/report/picture.h"

/* A colour alone tells nothing to who cannot see it, or prints in grey. */
void
bs_picture_patterns(struct bs_html *html)
{
	bs_html_add(html,
	    "<svg class=\"patterns\" width=\"0\" height=\"0\" "
	    "aria-hidden=\"true\"><defs>"
	    "<pattern id=\"stripes\" width=\"5\" height=\"5\" "
	    "patternUnits=\"userSpaceOnUse\" "
	    "patternTransform=\"rotate(45)\">"
	    "<rect class=\"stripes-back\" width=\"5\" height=\"5\"/>"
	    "<rect class=\"stripes-front\" width=\"2.5\" height=\"5\"/>"
	    "</pattern>"
	    "<pattern id=\"dots\" width=\"6\" height=\"6\" "
	    "patternUnits=\"userSpaceOnUse\">"
	    "<circle class=\"dots-front\" cx=\"3\" cy=\"3\" r=\"1\"/>"
	    "</pattern>"
	    "<pattern id=\"lines\" width=\"4\" height=\"4\" "
	    "patternUnits=\"userSpaceOnUse\">"
	    "<rect class=\"lines-back\" width=\"4\" height=\"4\"/>"
	    "<rect class=\"lines-front\" width=\"4\" height=\"2.5\"/>"
	    "</pattern></defs></svg>\n");
}

static void
add_key(struct bs_html *html, const struct bs_picture_part *parts, size_t count)
{
	bs_html_add(html, "<ul class=\"key\">");
	for (size_t i = 0; i < count; i++)
		bs_html_add(html,
		    "<li><svg width=\"14\" height=\"14\" "
		    "aria-hidden=\"true\"><rect class=\"%s\" x=\"1\" y=\"1\" "
		    "width=\"12\" height=\"12\"/></svg>%s</li>",
		    parts[i].style, parts[i].name);
	bs_html_add(html, "</ul>\n");
}

void
bs_picture_begin(struct bs_html *html, const struct bs_picture *picture,
    const struct bs_picture_part *parts, size_t part_count)
{
	bs_html_add(html,
	    "<figure id=\"%s\" class=\"of-%s\" aria-labelledby=\"%s-name\">\n"
	    "<div class=\"seen\"><h3 id=\"%s-name\">%s</h3>\n<p>%s</p>\n",
	    picture->id, picture->style, picture->id, picture->id,
	    picture->title, picture->about);
	if (part_count > 0)
		add_key(html, parts, part_count);
}

void
bs_picture_draw(struct bs_html *html, const struct bs_picture *picture,
    int height)
{
	bs_html_add(html,
	    "<svg class=\"%s\" role=\"img\" height=\"%d\" "
	    "aria-labelledby=\"%s-title\" aria-describedby=\"%s-desc\">"
	    "<title id=\"%s-title\">%s</title>"
	    "<desc id=\"%s-desc\">%s The table below has the numbers.</desc>\n",
	    picture->style, height, picture->id, picture->id, picture->id,
	    picture->title, picture->id, picture->about);
}

void
bs_picture_drawn(struct bs_html *html)
{
	bs_html_add(html, "</svg>\n");
}

void
bs_picture_table(struct bs_html *html, const struct bs_picture *picture,
    const char *const *heads, size_t head_count)
{
	bs_html_add(html,
	    "</div>\n<details><summary>Table: %s</summary>\n"
	    "<div class=\"wide\" role=\"region\" tabindex=\"0\" "
	    "aria-label=\"Table: %s\"><table><caption>%s</caption><thead><tr>",
	    picture->title, picture->title, picture->title);
	for (size_t i = 0; i < head_count; i++)
		bs_html_add(html, "<th scope=\"col\">%s</th>", heads[i]);
	bs_html_add(html, "</tr></thead><tbody>\n");
}

void
bs_picture_end(struct bs_html *html)
{
	bs_html_add(html, "</tbody></table></div></details>\n</figure>\n");
}

void
bs_picture_name(struct bs_html *html, const char *style, const char *text,
    int y, unsigned narrow_columns, unsigned roomy_columns)
{
	char narrow[BS_HTML_SHORT];
	char roomy[BS_HTML_SHORT];

	bs_html_short(text, narrow_columns, narrow);
	bs_html_short(text, roomy_columns, roomy);
	if (strcmp(narrow, roomy) == 0) {
		bs_html_add(html,
		    "<text class=\"%s\" x=\"0\" y=\"%d\">%s</text>", style, y,
		    narrow);
		return;
	}
	bs_html_add(html,
	    "<text class=\"%s narrow\" x=\"0\" y=\"%d\">%s</text>"
	    "<text class=\"%s roomy\" x=\"0\" y=\"%d\">%s</text>",
	    style, y, narrow, style, y, roomy);
}
