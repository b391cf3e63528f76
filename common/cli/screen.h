/* Text for a person, behind labels: at a terminal in its width and with
 * colours; elsewhere plain, and a line for each thing, so that it can be
 * searched. */
#ifndef BS_CLI_SCREEN_H
#define BS_CLI_SCREEN_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/backstop.h"

/* Columns of a label and the space behind it. */
#define BS_SCREEN_LABEL 10

enum bs_colour {
	BS_COLOUR_NONE,
	BS_COLOUR_BOLD,
	BS_COLOUR_RED,
	BS_COLOUR_YELLOW,
	BS_COLOUR_GREEN,
	BS_COLOUR_CYAN,
	BS_COLOUR_END, /* of any of them */
};

struct bs_screen {
	size_t columns; /* 0: no limit */
	bool has_colours;
};

/* What standard output is. A terminal has no colours where NO_COLOR or TERM
 * says so. */
void bs_screen_open(struct bs_screen *out);

/* What makes a terminal write in a colour; never NULL. */
const char *bs_screen_escape(enum bs_colour colour);

/* Prints a label in a colour and, behind it, a text; at a terminal words that
 * find no room go to lines below its first one. What came from outside is shown
 * as bs_print() shows it. */
void bs_screen_say(const struct bs_screen *screen, enum bs_colour colour,
    const char *label, const char *format, ...) BS_PRINTF(4, 5);

/* Prints a line to type, which is never broken: it is to be copied. */
void bs_screen_type(const char *line);

#endif
