/* backstop report as text: coverage, keys, and mail that left unsigned. */
#ifndef BS_CLI_REPORT_SHOW_STATE_H
#define BS_CLI_REPORT_SHOW_STATE_H

#include "common/cli/report/draw.h"
#include "common/cli/report/report.h"

void bs_report_print_coverage(const struct bs_pen *pen,
    const struct bs_report *report);
void bs_report_print_keys(const struct bs_pen *pen,
    const struct bs_report *report);
void bs_report_print_unsigned(const struct bs_pen *pen,
    const struct bs_report *report);

#endif
