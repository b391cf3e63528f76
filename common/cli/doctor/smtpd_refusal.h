/* Statements of smtpd.conf(5) that refuse mail with the null reverse-path. */
#ifndef BS_CLI_DOCTOR_SMTPD_REFUSAL_H
#define BS_CLI_DOCTOR_SMTPD_REFUSAL_H

#include "common/cli/doctor/smtpd_conf.h"

/* Notes a statement that refuses every null reverse-path, or a table of its
 * that others ask. */
void bs_smtpd_take_refusal(struct bs_smtpd_conf *conf,
    const struct bs_smtpd_line *line, struct bs_smtpd_place place);

#endif
