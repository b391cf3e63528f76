/* What the verdicts rest on: coverage, keys, mail without a tag. */
#ifndef BS_CLI_REPORT_PAGE_GROUND_H
#define BS_CLI_REPORT_PAGE_GROUND_H

#include "common/base/backstop.h"
#include "common/cli/report/html.h"
#include "common/cli/report/report.h"

/* Returns 0 or -ENOMEM. */
BS_MUST_USE int bs_page_ground(struct bs_html *html,
    const struct bs_report *report);

#endif
