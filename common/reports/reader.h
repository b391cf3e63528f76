/* Who sends in the name of a domain, by DMARC aggregate reports. */
#ifndef BS_REPORTS_READER_H
#define BS_REPORTS_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/backstop.h"
#include "common/reports/row.h"

/* Beyond, mails are counted, but not by their source. */
#define BS_REPORT_SOURCES_MAX 100000

/* An address that sent in the name of a domain. */
struct bs_report_source {
	char domain[BS_HOST_MAX]; /* whose policy it is */
	bool is_ip6;
	uint8_t address[16];
	uint64_t mails;
	uint64_t spf_aligned; /* of them, those that passed DMARC by SPF */
	uint64_t dkim_aligned;
	uint64_t passed; /* by either */
	uint64_t forwarded;
	uint64_t fates[BS_REPORT_FATES];
	uint64_t spf[BS_SPF_RESULTS]; /* results of SPF, aligned or not */
	char spf_domain[BS_HOST_MAX]; /* that was seen first, or empty */
	char dkim_domain[BS_HOST_MAX];
	size_t next; /* the reader's own */
};

/* All that the files say. */
struct bs_reports {
	size_t count;
	struct bs_report_source *sources; /* most mails first */
	unsigned files;
	unsigned reports;
	unsigned faults;
	uint64_t mails;
	uint64_t other_mails; /* of sources beyond the maximum */
	int64_t begin;	      /* epoch seconds; 0: no report says */
	int64_t end;

	/* the reader's own */
	size_t room;
	size_t *buckets;
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
