/* Which domains the text shows, where there are many. */
#ifndef BS_CLI_REPORT_CHOSEN_H
#define BS_CLI_REPORT_CHOSEN_H

#include <stddef.h>

#include "common/cli/report/report.h"

#define BS_REPORT_CHOSEN 30

/* Writes the places of those with most mail and bounces, by name. Returns how
 * many. */
size_t bs_report_choose(const struct bs_report *report,
    size_t out[static BS_REPORT_CHOSEN]);

#endif
