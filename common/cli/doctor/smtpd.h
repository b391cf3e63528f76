/* backstop doctor: smtpd.conf(5), with what it includes. */
#ifndef BS_CLI_DOCTOR_SMTPD_H
#define BS_CLI_DOCTOR_SMTPD_H

#include "common/cli/doctor/findings.h"

void bs_doctor_smtpd(struct bs_doctor *doctor);

#endif
