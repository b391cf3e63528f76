/* backstop report --json. */
#ifndef BS_CLI_REPORT_JSON_H
#define BS_CLI_REPORT_JSON_H

#include "common/cli/report/report.h"

/* Prints all of a report as one object. */
void bs_report_print_json(const struct bs_report *report);

#endif
