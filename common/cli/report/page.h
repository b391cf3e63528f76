/* The report as one file of HTML. */
#ifndef BS_CLI_REPORT_PAGE_H
#define BS_CLI_REPORT_PAGE_H

#include <stddef.h>

#include "common/base/backstop.h"
#include "common/cli/report/report.h"

/* Makes the page in memory: *text is the caller's, to free(). Returns 0 or
 * -errno. */
BS_MUST_USE int bs_page_make(const struct bs_report *report, char **text,
    size_t *len);

/* Makes it and replaces the file in one step, or writes it to standard output
 * where the path is "-". Returns 0, or an exit status after the complaint. */
BS_MUST_USE int bs_page_write(const struct bs_report *report, const char *path);

#endif
