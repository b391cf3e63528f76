/* backstop doctor: the engine, its store and its clock. */
#ifndef BS_CLI_DOCTOR_ENGINE_H
#define BS_CLI_DOCTOR_ENGINE_H

#include "common/cli/doctor/findings.h"

/* All need doctor->config. bs_doctor_clock() comes after bs_doctor_store(). */
void bs_doctor_engine(struct bs_doctor *doctor);
void bs_doctor_store(struct bs_doctor *doctor);
void bs_doctor_clock(struct bs_doctor *doctor);

/* Whether a mail server's user, which is among the clients, can connect to the
 * engine's socket. */
void bs_doctor_reach(struct bs_doctor *doctor, const char *user);

#endif
