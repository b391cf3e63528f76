/* backstop report as text. */
#ifndef BS_CLI_REPORT_SHOW_H
#define BS_CLI_REPORT_SHOW_H

#include "common/cli/report/draw.h"
#include "common/cli/report/report.h"

/* Prints a report. */
void bs_report_print(const struct bs_pen *pen, const struct bs_report *report);

#endif
