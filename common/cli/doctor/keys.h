/* backstop doctor: the keys, and who may get at them. */
#ifndef BS_CLI_DOCTOR_KEYS_H
#define BS_CLI_DOCTOR_KEYS_H

#include "common/cli/doctor/findings.h"

void bs_doctor_modes(struct bs_doctor *doctor);

/* Loads the keyring to doctor->keyring and looks at the keys. */
void bs_doctor_keys(struct bs_doctor *doctor);

#endif
