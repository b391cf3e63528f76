/* Fills a report from the store, the keyring and the configuration. */
#ifndef BS_CLI_REPORT_COLLECT_H
#define BS_CLI_REPORT_COLLECT_H

#include "common/base/backstop.h"
#include "common/cli/report/subject.h"
#include "common/cli/report/report.h"

/* Reads it, in children that become the store's owner. *out is malloc()ed, NULL
 * where it failed. Returns 0 or -errno (-ENOENT: no store yet). */
BS_MUST_USE int bs_report_collect(const struct bs_report_subject *subject,
    struct bs_report **out);

#endif
