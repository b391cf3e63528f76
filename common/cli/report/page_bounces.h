/* Bounces by day, the attack by the hour, and the domains. */
#ifndef BS_CLI_REPORT_PAGE_BOUNCES_H
#define BS_CLI_REPORT_PAGE_BOUNCES_H

#include "common/cli/report/html.h"
#include "common/cli/report/report.h"

void bs_page_bounces(struct bs_html *html, const struct bs_report *report);

#endif
