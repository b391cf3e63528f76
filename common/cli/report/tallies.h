/* Adds up what the store counted by the day and by the hour. */
#ifndef BS_CLI_REPORT_TALLIES_H
#define BS_CLI_REPORT_TALLIES_H

#include "common/base/backstop.h"
#include "common/cli/report/report.h"
#include "common/config/config.h"

/* Adds the tallies of report->domains to *report: to the host's, to theirs, to
 * the days and to the hours, which are set. Returns 0 or -errno (-ENOENT: no
 * store yet). */
BS_MUST_USE int bs_report_add_tallies(const struct bs_config *config,
    struct bs_report *report);

#endif
