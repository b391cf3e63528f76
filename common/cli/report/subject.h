/* What a report is to be about. */
#ifndef BS_CLI_REPORT_SUBJECT_H
#define BS_CLI_REPORT_SUBJECT_H

#include <stdint.h>

#include "common/cli/keys/keybook.h"

/* All borrowed. */
struct bs_report_subject {
	const struct bs_keybook *book;
	const struct bs_domain *domain; /* NULL: all of the configuration */
	int64_t since;			/* epoch seconds; 0: 31 days */
	int64_t now;
};

/* The configured domain that a report's is. */
static inline const struct bs_domain *
bs_report_domain_at(const struct bs_report_subject *subject, size_t at)
{
	return subject->domain != NULL ? subject->domain
				       : &subject->book->config->domains[at];
}

#endif
