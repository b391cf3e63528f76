/* Bars and cells of text: of Unicode blocks where the locale has them, of ASCII
 * elsewhere. */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/ascii.h"
#include "common/cli/output.h"
#include "common/cli/report/draw.h"

#define COLUMNS 80
#define COLUMNS_MAX 140
#define TEXT_MAX 1024

/* Parts of a column, and of a line's height. */
#define EIGHTHS 8
static const char *const parts[EIGHTHS] = {"", "\u258f", "\u258e", "\u258d",
    "\u258c", "\u258b", "\u258a", "\u2589"};
static const char *const heights[EIGHTHS + 1] = {" ", "\u2581", "\u2582",
    "\u2583", "\u2584", "\u2585", "\u2586", "\u2587", "\u2588"};
static const char *const ascii_heights[EIGHTHS + 1] = {" ", ".", ":", "-", "=",
    "+", "*", "%", "#"};

/* Whether the locale has UTF-8, by the variables of POSIX (XBD 8.2): the first
 * that is set and not empty counts. To set the locale would change what others
 * print. */
static bool
has_utf8(void)
{
	static const char *const names[] = {"LC_ALL", "LC_CTYPE", "LANG"};
	static const char *const encodings[] = {".UTF-8", ".UTF8"};
	const char *value = NULL;
	const char *codeset;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (value == NULL || value[0] == '\0')
			value = getenv(names[i]);
	codeset = value == NULL ? NULL : strchr(value, '.');
	return codeset != NULL &&
	       bs_ascii_begins_one(codeset, strlen(codeset), encodings,
		   sizeof(encodings) / sizeof(encodings[0]));
}

void
bs_pen_open(struct bs_pen *out)
{
	struct bs_screen screen;

	bs_screen_open(&screen);
	*out = (struct bs_pen){.out = stdout,
	    .columns = screen.columns == 0 ? COLUMNS : screen.columns,
	    .has_colours = screen.has_colours};
	if (out->columns > COLUMNS_MAX)
		out->columns = COLUMNS_MAX;
	out->is_utf8 = has_utf8();
}

void
bs_pen_open_plain(struct bs_pen *out, FILE *file)
{
	/* RFC 5322 §2.1.1: lines of mail should have 78 characters at most */
	*out = (struct bs_pen){.out = file, .columns = 78};
}

static void
begin_colour(const struct bs_pen *pen, enum bs_colour colour)
{
	if (pen->has_colours)
		fputs(bs_screen_escape(colour), pen->out);
}

static void
end_colour(const struct bs_pen *pen, enum bs_colour colour)
{
	if (pen->has_colours && colour != BS_COLOUR_NONE)
		fputs(bs_screen_escape(BS_COLOUR_END), pen->out);
}

void
bs_pen_heading(const struct bs_pen *pen, const char *text)
{
	fputc('\n', pen->out);
	begin_colour(pen, BS_COLOUR_BOLD);
	bs_print(pen->out, "%.*s", (int)pen->columns, text);
	end_colour(pen, BS_COLOUR_BOLD);
	fputc('\n', pen->out);
}

/* How many of so many steps a value has. */
static size_t
steps_of(uint64_t value, uint64_t most, size_t steps)
{
	size_t n;

	if (value == 0 || most == 0 || steps == 0)
		return 0;
	n = value >= most
		? steps
		: (size_t)((double)value / (double)most * (double)steps);
	return n == 0 ? 1 : n;
}

size_t
bs_pen_bar(const struct bs_pen *pen, enum bs_colour colour, uint64_t value,
    uint64_t most, size_t columns)
{
	size_t eighths = pen->is_utf8 ? EIGHTHS : 1;
	size_t steps = steps_of(value, most, columns * eighths);
	size_t whole = steps / eighths;
	size_t used = whole + (steps % eighths > 0);

	if (steps == 0)
		return columns;
	begin_colour(pen, colour);
	for (size_t i = 0; i < whole; i++)
		fputs(pen->is_utf8 ? heights[EIGHTHS] : "#", pen->out);
	fputs(parts[steps % eighths], pen->out);
	end_colour(pen, colour);
	return columns - used;
}

void
bs_pen_level(const struct bs_pen *pen, enum bs_colour colour, uint64_t value,
    uint64_t most)
{
	size_t height = steps_of(value, most, EIGHTHS);

	if (height == 0)
		colour = BS_COLOUR_NONE;
	begin_colour(pen, colour);
	fputs(pen->is_utf8 ? heights[height] : ascii_heights[height], pen->out);
	end_colour(pen, colour);
}

const char *
bs_pen_sign(const struct bs_pen *pen, enum bs_pen_cell cell)
{
	switch (cell) {
	case BS_CELL_FULL:
		return pen->is_utf8 ? "\u2588" : "#";
	case BS_CELL_PART:
		return pen->is_utf8 ? "\u2591" : "-";
	case BS_CELL_WAIT:
		return pen->is_utf8 ? "\u00b7" : ".";
	case BS_CELL_NONE:
		break;
	}
	return " ";
}

void
bs_pen_cell(const struct bs_pen *pen, enum bs_colour colour,
    enum bs_pen_cell cell)
{
	begin_colour(pen, colour);
	fputs(bs_pen_sign(pen, cell), pen->out);
	end_colour(pen, colour);
}

static bool
is_plain(char octet)
{
	return octet > 0x20 && octet < 0x7f;
}

/* The columns that a name takes, with \xNN for what is not plain. */
static size_t
columns_of(const char *name)
{
	size_t columns = 0;

	for (; *name != '\0'; name++)
		columns += is_plain(*name) ? 1 : 4;
	return columns;
}

void
bs_pen_name(const struct bs_pen *pen, const char *name, size_t columns)
{
	static const char rest[] = "...";
	size_t whole = columns_of(name);
	size_t room = whole <= columns ? columns : columns - strlen(rest);
	size_t at = 0;

	for (; *name != '\0'; name++) {
		if (at + (is_plain(*name) ? 1 : 4) > room)
			break;
		if (is_plain(*name)) {
			fputc(*name, pen->out);
			at++;
		} else {
			at += (size_t)bs_print(pen->out, "\\x%02x",
			    (unsigned)(unsigned char)*name);
		}
	}
	if (whole > columns) {
		fputs(rest, pen->out);
		at += strlen(rest);
	}
	if (at < columns)
		bs_print(pen->out, "%*s", (int)(columns - at), "");
}

void
bs_pen_text(const struct bs_pen *pen, size_t indent, const char *format, ...)
{
	char text[TEXT_MAX];
	const char *word = text;
	size_t at = 0;
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	while (*word != '\0') {
		size_t len = strcspn(word, " ");

		if (at > 0 && at + 1 + len > pen->columns) {
			fputc('\n', pen->out);
			at = 0;
		}
		if (at == 0) {
			bs_print(pen->out, "%*s", (int)indent, "");
			at = indent;
		} else {
			fputc(' ', pen->out);
			at++;
		}
		bs_print(pen->out, "%.*s", (int)len, word);
		at += len;
		word += len + strspn(word + len, " ");
	}
	fputc('\n', pen->out);
}
