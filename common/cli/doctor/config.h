/* backstop doctor: the configuration, its users, and its domains. */
#ifndef BS_CLI_DOCTOR_CONFIG_H
#define BS_CLI_DOCTOR_CONFIG_H

#include "common/cli/doctor/findings.h"

/* Loads the configuration to doctor->config, which all others need. */
void bs_doctor_config(struct bs_doctor *doctor);

void bs_doctor_users(struct bs_doctor *doctor);
void bs_doctor_domains(struct bs_doctor *doctor);

/* Holds the lifetime of tags against how long mail waits in the queue of a
 * server of this name. */
void bs_doctor_lifetime(struct bs_doctor *doctor, const char *server,
    unsigned queue_seconds);

#endif
