/* backstop doctor: the listeners of smtpd.conf(5). */
#ifndef BS_CLI_DOCTOR_SMTPD_LISTEN_H
#define BS_CLI_DOCTOR_SMTPD_LISTEN_H

#include "common/cli/doctor/smtpd_look.h"

/* Whether what comes in is judged, smtpd's own bounces come home, and what
 * leaves is signed. */
void bs_smtpd_check_listeners(const struct bs_smtpd_look *look);

#endif
