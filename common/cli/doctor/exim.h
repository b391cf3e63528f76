/* backstop doctor: Exim's configuration, as Exim itself reads it. */
#ifndef BS_CLI_DOCTOR_EXIM_H
#define BS_CLI_DOCTOR_EXIM_H

#include "common/cli/doctor/findings.h"

void bs_doctor_exim(struct bs_doctor *doctor);

#endif
