/* backstop doctor: the SPF records of our own domains, and DNS itself. */
#ifndef BS_CLI_DOCTOR_SPF_H
#define BS_CLI_DOCTOR_SPF_H

#include "common/cli/doctor/findings.h"

void bs_doctor_spf(struct bs_doctor *doctor);

#endif
