/* A picture of names, each with a bar as long as its number is large. */
#ifndef BS_CLI_REPORT_BARS_H
#define BS_CLI_REPORT_BARS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/cli/report/html.h"
#include "common/cli/report/picture.h"

struct bs_bar {
	const char *name; /* of any octets */
	uint64_t count;
	uint64_t error; /* the count may be too high, by so much at most */
};

struct bs_bars {
	struct bs_picture picture;
	const char *name_head; /* of the table's columns */
	const char *count_head;
	const char *style;
	bool are_words;		   /* the names are of ours, in plain words */
	const struct bs_bar *bars; /* the longest first */
	size_t count;		   /* not 0 */
	uint64_t others;	   /* counted of names that have no bar */
};

void bs_bars_add(struct bs_html *html, const struct bs_bars *bars);

#endif
