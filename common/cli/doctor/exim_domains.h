/* backstop doctor: the domains of Exim beside ours. */
#ifndef BS_CLI_DOCTOR_EXIM_DOMAINS_H
#define BS_CLI_DOCTOR_EXIM_DOMAINS_H

#include "common/cli/doctor/exim_conf.h"
#include "common/cli/doctor/findings.h"

/* Compares "domains" with the lists of Exim, in both directions, and looks
 * whether Exim takes mail to the host itself. */
void bs_doctor_exim_domains(struct bs_doctor *doctor,
    const struct bs_exim_conf *conf);

#endif
