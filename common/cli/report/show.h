/* backstop report on a terminal. */
#ifndef BS_CLI_REPORT_SHOW_H
#define BS_CLI_REPORT_SHOW_H

#include "common/cli/report/report.h"

/* Prints a report on standard output, as wide as the terminal, in colour only
 * at one. */
void bs_report_print(const struct bs_report *report);

#endif
