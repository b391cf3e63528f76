/* Bars and cells of text: of Unicode blocks where the locale has them, of ASCII
 * elsewhere. */
#ifndef BS_CLI_REPORT_DRAW_H
#define BS_CLI_REPORT_DRAW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "common/cli/screen.h"

struct bs_pen {
	FILE *out;
	size_t columns;
	bool is_utf8;
	bool has_colours;
};

/* For standard output: a terminal has its own width, all else 80. */
void bs_pen_open(struct bs_pen *out);

/* For a file that anybody may read anywhere: ASCII, no colours. */
void bs_pen_open_plain(struct bs_pen *out, FILE *file);

/* A heading in a line of its own, an empty one before it. */
void bs_pen_heading(const struct bs_pen *pen, const char *text);

/* A bar of so many columns at most. What is not 0 is seen. Returns how many are
 * left. */
size_t bs_pen_bar(const struct bs_pen *pen, enum bs_colour colour,
    uint64_t value, uint64_t most, size_t columns);

/* One column: how high a value is. 0 is a blank. */
void bs_pen_level(const struct bs_pen *pen, enum bs_colour colour,
    uint64_t value, uint64_t most);

/* What a cell of a line of time says. */
enum bs_pen_cell {
	BS_CELL_NONE,
	BS_CELL_FULL,
	BS_CELL_PART,
	BS_CELL_WAIT,
};
void bs_pen_cell(const struct bs_pen *pen, enum bs_colour colour,
    enum bs_pen_cell cell);

/* The sign that a cell has, to explain it. */
const char *bs_pen_sign(const struct bs_pen *pen, enum bs_pen_cell cell);

/* A name that a stranger may have chosen, in ASCII and in so many columns: cut
 * where it is longer, padded where it is shorter. */
void bs_pen_name(const struct bs_pen *pen, const char *name, size_t columns);

/* Makes a new line where words find no room. */
void bs_pen_text(const struct bs_pen *pen, size_t indent, const char *format,
    ...) BS_PRINTF(3, 4);

#endif
