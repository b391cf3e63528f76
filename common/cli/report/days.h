/* Whether all mail of each day is known. */
#ifndef BS_CLI_REPORT_DAYS_H
#define BS_CLI_REPORT_DAYS_H

#include "common/base/backstop.h"
#include "common/cli/report/subject.h"
#include "common/cli/report/report.h"

/* Fills the coverage of all days and domains of *report, and of the time up to
 * now. What the tallies made of a day (its reason) stays where nothing else
 * speaks against it. Returns 0 or -errno. */
BS_MUST_USE int bs_report_add_coverage(const struct bs_report_subject *subject,
    struct bs_report *report);

#endif
