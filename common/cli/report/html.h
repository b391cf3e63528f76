/* Markup under construction: the one place where text is escaped. */
#ifndef BS_CLI_REPORT_HTML_H
#define BS_CLI_REPORT_HTML_H

#include <stdint.h>
#include <stdio.h>

#include "common/base/backstop.h"

struct bs_html {
	FILE *file;
	char *text; /* valid once it is finished */
	size_t len;
};

/* Return 0 or -errno. After bs_html_finish() text is the caller's, to free();
 * after an error there is none. */
BS_MUST_USE int bs_html_begin(struct bs_html *html);
BS_MUST_USE int bs_html_finish(struct bs_html *html);

/* The format is markup; what its conversions bring never is.
 * %s     text of any octets, escaped; what turns the direction of writing,
 *        controls and octets that are no UTF-8 are shown as \xNN
 * %u, %zu, PRIu64  a count, its thousands grouped
 * %d     a number as it is
 * %f     a place in a picture, with two decimals at most
 * %%     a per cent sign */
void bs_html_add(struct bs_html *html, const char *format, ...) BS_PRINTF(2, 3);

/* Longest text that bs_html_short() writes, with its NUL: each column may be a
 * character of four octets, or of none that is shown. */
#define BS_HTML_SHORT 256

/* The text as %s would show it before it is escaped, but so much of it as fits
 * into so many columns of equal width; an ellipsis stands for the rest.
 * Returns out. */
const char *bs_html_short(const char *text, unsigned columns,
    char out[static BS_HTML_SHORT]);

/* "12,345,678" and its NUL. */
#define BS_HTML_NUMBER 32

const char *bs_html_number(uint64_t number, char out[static BS_HTML_NUMBER]);

#endif
