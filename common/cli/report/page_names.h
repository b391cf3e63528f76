/* Who bounced, whose names were used, and what SPF found. */
#ifndef BS_CLI_REPORT_PAGE_NAMES_H
#define BS_CLI_REPORT_PAGE_NAMES_H

#include "common/cli/report/html.h"
#include "common/cli/report/report.h"

void bs_page_names(struct bs_html *html, const struct bs_report *report);

#endif
