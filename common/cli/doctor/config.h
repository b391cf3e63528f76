/* backstop doctor: the configuration, its users, and its domains. */
#ifndef BS_CLI_DOCTOR_CONFIG_H
#define BS_CLI_DOCTOR_CONFIG_H

#include "common/cli/doctor/findings.h"

/* Loads the configuration to doctor->config, which all others need. */
void bs_doctor_config(struct bs_doctor *doctor);

/* Whether the engine may read it. */
void bs_doctor_config_mode(struct bs_doctor *doctor);

void bs_doctor_users(struct bs_doctor *doctor);
void bs_doctor_domains(struct bs_doctor *doctor);

/* Compares the lifetime of tags with how long mail waits in the queue of this
 * server. */
void bs_doctor_lifetime(struct bs_doctor *doctor, const char *server,
    unsigned queue_seconds);

#endif
