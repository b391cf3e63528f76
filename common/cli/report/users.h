/* Names users whose hashes the store has: backstop report --users. */
#ifndef BS_CLI_REPORT_USERS_H
#define BS_CLI_REPORT_USERS_H

#include "common/base/backstop.h"
#include "common/cli/report/report.h"
#include "common/config/config.h"

/* Reads addresses from a file ("-": standard input), one a line; '#' begins a
 * comment. Who is among the users of the report gets his name there. Returns 0,
 * or an exit status after the complaint. */
BS_MUST_USE int bs_report_name_users(const char *path,
    const struct bs_config *config, struct bs_report *report);

#endif
