/* backstop doctor: the SPF records of our own domains, and DNS itself. */
#ifndef BS_CLI_DOCTOR_SPF_H
#define BS_CLI_DOCTOR_SPF_H

#include "common/cli/doctor/findings.h"
#include "common/spf/lint/net.h"

/* Reads an address. Returns whether it is one. */
bool bs_doctor_spf_address(const char *text, struct bs_spf_net *out);

void bs_doctor_spf(struct bs_doctor *doctor);

#endif
