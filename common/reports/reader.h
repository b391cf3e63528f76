/* Who sends in the name of a domain, by DMARC aggregate reports. */
#ifndef BS_REPORTS_READER_H
#define BS_REPORTS_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/backstop.h"
#include "common/reports/row.h"
#include "common/reports/seen.h"
#include "common/reports/tally.h"

/* Reporters whose names are kept. */
#define BS_REPORTERS_MAX 1000

/* All that the files say. */
struct bs_reports {
	struct bs_report_tally tally; /* of the sources, most mails first */
	size_t reporter_count;
	char (*reporters)[BS_REPORT_TEXT]; /* as they call themselves; one may
					    * be empty */
	unsigned files;
	unsigned reports;
	unsigned repeated; /* reports that came again, which do not count */
	unsigned faults;
	uint64_t mails;
	int64_t begin; /* epoch seconds; 0: no report says */
	int64_t end;

	struct bs_report_seen seen; /* the reader's own */
};

/* Told of each file, or part of one, that cannot be read; and, where it is not
 * NULL, of each file before it is read. */
struct bs_report_listener {
	void (*complain)(void *context, const char *path,
	    const struct bs_fault *fault);
	void (*begin)(void *context, const char *path,
	    const struct bs_reports *so_far);
	void *context;
};

/* Reads a file ("-" is standard input), or each file of a folder and of the
 * folders in it, into *out, which begins with zeros: XML, gzip, zip, or the
 * mails that bring them, each file in a process shut in. Returns 0 or -errno
 * (-ENOENT ... of the path, -ENOMEM); free *out in any case. */
BS_MUST_USE int bs_reports_read(const char *path, struct bs_reports *out,
    const struct bs_report_listener *listener);

/* Puts the sources in order, once all is read. */
void bs_reports_sort(struct bs_reports *reports);

void bs_reports_free(struct bs_reports *reports);

#endif
