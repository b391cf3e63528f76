/* The sources with most mails, in bounded memory. */
#ifndef BS_REPORTS_TALLY_H
#define BS_REPORTS_TALLY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/backstop.h"
#include "common/reports/row.h"

/* Sources that are told apart. With more, the one with fewest mails gives its
 * place to the next that comes. */
#define BS_REPORT_SOURCES_MAX 100000

/* Reporters that a source remembers, as indices of their names. */
#define BS_REPORT_NAMED 3

/* An address that sent in the name of a domain. */
struct bs_report_source {
	char domain[BS_HOST_MAX]; /* whose policy it is */
	bool is_ip6;
	uint8_t address[16];
	uint64_t mails;
	uint64_t missed;      /* and so many more, at most, before it had its
			       * place */
	uint64_t spf_aligned; /* of them, those that passed DMARC by SPF */
	uint64_t dkim_aligned;
	uint64_t passed; /* by either */
	uint64_t forwarded;
	uint64_t fates[BS_REPORT_FATES];
	uint64_t spf[BS_SPF_RESULTS]; /* results of SPF, aligned or not */
	char spf_domain[BS_HOST_MAX]; /* that was seen first, or empty */
	char dkim_domain[BS_HOST_MAX];
	uint16_t reporters[BS_REPORT_NAMED]; /* who told of it */
	uint8_t reporter_count;
	bool has_more_reporters;
	int64_t begin; /* of their reports; epoch seconds; 0: none says */
	int64_t end;

	/* the tally's own */
	size_t next;
	size_t place;
};

/* One of zeros is empty. */
struct bs_report_tally {
	size_t count;
	struct bs_report_source *list;
	uint64_t other_mails; /* of sources that have no place */
	uint64_t missed_max;  /* of one of them, at most */

	/* its own */
	size_t room;
	size_t *buckets;
	size_t *heap;
};

/* The source of a row, after its mails are counted; NULL without memory. It
 * lives until the next call. */
struct bs_report_source *bs_report_tally_count(struct bs_report_tally *tally,
    const struct bs_report_row *row);

/* Puts those with most mails first; nothing can be counted from then on. */
void bs_report_tally_sort(struct bs_report_tally *tally);

void bs_report_tally_free(struct bs_report_tally *tally);

#endif
