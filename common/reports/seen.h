/* Reports that were read already: the same one may lie in several files. */
#ifndef BS_REPORTS_SEEN_H
#define BS_REPORTS_SEEN_H

#include <stdbool.h>
#include <stddef.h>

#include "common/reports/row.h"

/* Beyond, a report that comes again is counted again. */
#define BS_REPORTS_SEEN_MAX 100000

/* One of zeros is empty. */
struct bs_report_seen {
	size_t count;
	struct bs_report_mark *marks; /* its own, as is the tree of them */
	void *tree;
};

/* Whether a report of the same reporter, domain, time and report_id was asked
 * about before. One without a report_id never was. */
bool bs_report_seen(struct bs_report_seen *seen,
    const struct bs_report_head *head);

void bs_report_seen_free(struct bs_report_seen *seen);

#endif
