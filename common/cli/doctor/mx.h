/* backstop doctor --ask-mx: whether all MXs of our domains know our tags. */
#ifndef BS_CLI_DOCTOR_MX_H
#define BS_CLI_DOCTOR_MX_H

#include "common/cli/doctor/findings.h"

void bs_doctor_mx(struct bs_doctor *doctor);

#endif
