/* Text for a person, behind labels. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sysexits.h>
#include <unistd.h>

#include "common/cli/output.h"
#include "common/cli/screen.h"

#define COLUMNS_USUAL 80
#define COLUMNS_MIN 40

static const char *const escapes[] = {
    [BS_COLOUR_NONE] = "",
    [BS_COLOUR_BOLD] = "\033[1m",
    [BS_COLOUR_RED] = "\033[1;31m",
    [BS_COLOUR_YELLOW] = "\033[1;33m",
    [BS_COLOUR_GREEN] = "\033[1;32m",
    [BS_COLOUR_CYAN] = "\033[1;36m",
    [BS_COLOUR_END] = "\033[0m",
};

const char *
bs_screen_escape(enum bs_colour colour)
{
	return escapes[colour];
}

void
bs_screen_open(struct bs_screen *out)
{
	const char *no_color = getenv("NO_COLOR");
	const char *term = getenv("TERM");
	struct winsize size = {0};

	*out = (struct bs_screen){0};
	if (!isatty(STDOUT_FILENO))
		return;
	out->columns = COLUMNS_USUAL;
	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
		out->columns =
		    size.ws_col < COLUMNS_MIN ? COLUMNS_MIN : size.ws_col;
	out->has_colours = (no_color == NULL || no_color[0] == '\0') &&
			   term != NULL && strcmp(term, "dumb") != 0;
}

/* The columns that octets of UTF-8 take, at one for each character. */
static size_t
columns_of(const char *text, size_t len)
{
	size_t columns = 0;

	for (size_t i = 0; i < len; i++)
		columns += ((unsigned char)text[i] & 0xc0) != 0x80;
	return columns;
}

static void
print_words(const struct bs_screen *screen, const char *text)
{
	size_t at = BS_SCREEN_LABEL;

	while (*text != '\0') {
		size_t len = strcspn(text, " ");
		size_t columns = columns_of(text, len);

		if (at > BS_SCREEN_LABEL && screen->columns > 0 &&
		    at + 1 + columns > screen->columns) {
			fputs("\n", stdout);
			bs_print(stdout, "%*s", BS_SCREEN_LABEL, "");
			at = BS_SCREEN_LABEL;
		} else if (at > BS_SCREEN_LABEL) {
			putchar(' ');
			at++;
		}
		(void)fwrite(text, 1, len, stdout);
		at += columns;
		text += len + strspn(text + len, " ");
	}
	putchar('\n');
}

void
bs_screen_say(const struct bs_screen *screen, enum bs_colour colour,
    const char *label, const char *format, ...)
{
	char *text = NULL;
	char *shown;
	va_list args;
	int len;

	va_start(args, format);
	len = vasprintf(&text, format, args);
	va_end(args);
	/* an octet is shown as \xNN at most */
	shown = len < 0 ? NULL : malloc(4 * (size_t)len + 1);
	if (shown == NULL) {
		bs_complain("out of memory");
		exit(EX_OSERR);
	}
	bs_visible(text, shown, 4 * (size_t)len + 1);
	if (screen->has_colours)
		fputs(escapes[colour], stdout);
	bs_print(stdout, "%s", label);
	if (screen->has_colours && colour != BS_COLOUR_NONE)
		fputs(escapes[BS_COLOUR_END], stdout);
	if (strlen(label) < BS_SCREEN_LABEL)
		bs_print(stdout, "%*s", BS_SCREEN_LABEL - (int)strlen(label),
		    "");
	print_words(screen, shown);
	free(shown);
	free(text);
}

void
bs_screen_type(const char *line)
{
	bs_print(stdout, "%*stype: %s\n", BS_SCREEN_LABEL, "", line);
}
