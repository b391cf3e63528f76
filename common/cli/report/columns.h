/* A picture of columns, one for each day or hour. */
#ifndef BS_CLI_REPORT_COLUMNS_H
#define BS_CLI_REPORT_COLUMNS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/cli/report/html.h"
#include "common/cli/report/picture.h"

#define BS_COLUMNS_PARTS 8

struct bs_columns {
	struct bs_picture picture;
	const struct bs_picture_part *parts;
	size_t part_count; /* of the table; BS_COLUMNS_PARTS at most */
	size_t drawn;	   /* the first of them, each upon the one before */
	int64_t from;	   /* epoch seconds: begins the first column */
	int64_t step;	   /* a day's or an hour's seconds */
	size_t count;
	int height;	   /* of the highest column: pixels */
	int64_t mark_from; /* what lies between is marked: an attack; 0: none */
	int64_t mark_to;
	bool mark_goes_on;
	const void *of;
	/* Fills a column's numbers; false where nobody kept them. */
	bool (*row)(const void *of, size_t at,
	    uint64_t out[static BS_COLUMNS_PARTS]);
};

/* Whether any of the drawn numbers is not 0. Else a sentence says more than a
 * picture would. */
bool bs_columns_show_something(const struct bs_columns *columns);

void bs_columns_add(struct bs_html *html, const struct bs_columns *columns);

#endif
