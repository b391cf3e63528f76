/* The five numbers that stand first on the page. */
#ifndef BS_CLI_REPORT_PAGE_GLANCE_H
#define BS_CLI_REPORT_PAGE_GLANCE_H

#include "common/cli/report/html.h"
#include "common/cli/report/report.h"

void bs_page_glance(struct bs_html *html, const struct bs_report *report);

#endif
