/* What the process that reads reports says is looked at as if an attacker had
 * written it: by now one may have. */
#ifndef BS_REPORTS_TIDY_H
#define BS_REPORTS_TIDY_H

#include "common/base/backstop.h"
#include "common/reports/row.h"

/* Makes it safe to use: every text ends, domains are names, numbers are in
 * range. Returns -EINVAL for what no honest reader says. */
BS_MUST_USE int bs_report_tidy(struct bs_report_said *said);

#endif
