/* Who was counted most often in the days of a report. */
#ifndef BS_CLI_REPORT_TOPS_H
#define BS_CLI_REPORT_TOPS_H

#include "common/base/backstop.h"
#include "common/cli/report/report.h"
#include "common/config/config.h"

/* Fills the top tables of *report, of all domains whatever it is about. Returns
 * 0 or -errno. */
BS_MUST_USE int bs_report_add_tops(const struct bs_config *config,
    struct bs_report *report);

#endif
