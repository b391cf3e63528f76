/* The report as a mail. */
#ifndef BS_CLI_REPORT_MAIL_H
#define BS_CLI_REPORT_MAIL_H

#include "common/base/backstop.h"
#include "common/cli/report/report.h"

/* Prints a message for "sendmail -t": the text, and the page as an attachment.
 * Returns 0, or an exit status after the complaint. */
BS_MUST_USE int bs_report_print_mail(const struct bs_report *report,
    const char *to);

#endif
