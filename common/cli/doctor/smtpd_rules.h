/* backstop doctor: what the rules of smtpd.conf(5) do with mail. */
#ifndef BS_CLI_DOCTOR_SMTPD_RULES_H
#define BS_CLI_DOCTOR_SMTPD_RULES_H

#include "common/cli/doctor/smtpd_look.h"

/* Whether bounces are refused, signed senders changed, mail to the host itself
 * lost; and whether smtpd takes mail of the domains that are ours. */
void bs_smtpd_check_rules(const struct bs_smtpd_look *look);

#endif
