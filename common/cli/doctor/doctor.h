/* backstop doctor: looks at the installation, and says what to type. */
#ifndef BS_CLI_DOCTOR_DOCTOR_H
#define BS_CLI_DOCTOR_DOCTOR_H

#include "common/cli/cli.h"
#include "common/cli/store/look.h"

int bs_cmd_doctor(const struct bs_call *call);

#endif
