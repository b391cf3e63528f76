/* backstop doctor: whether mail servers run, and by the files that are there.
 */
#ifndef BS_CLI_DOCTOR_RUNNING_H
#define BS_CLI_DOCTOR_RUNNING_H

#include "common/cli/doctor/exim_conf.h"
#include "common/cli/doctor/files.h"
#include "common/cli/doctor/findings.h"

/* Looks at the smtpd that runs with the configuration of these files. */
void bs_doctor_smtpd_runs(struct bs_doctor *doctor,
    const struct bs_doctor_files *files);

/* The same of Exim's daemon. folder is Debian's for Exim, and made_from a
 * pattern of the files in it that its configuration is made from, or NULL. */
void bs_doctor_exim_runs(struct bs_doctor *doctor,
    const struct bs_exim_conf *conf, const char *folder, const char *made_from);

#endif
