/* The modes of our filters in smtpd.conf(5), as sets. */
#ifndef BS_CLI_DOCTOR_SMTPD_MODES_H
#define BS_CLI_DOCTOR_SMTPD_MODES_H

#include "common/base/backstop.h"
#include "common/cli/doctor/smtpd_conf.h"

#define BS_SMTPD_IN 1u
#define BS_SMTPD_OUT 2u
#define BS_SMTPD_LOCAL 4u
#define BS_SMTPD_UNTAG 8u

/* Those that sign what comes by them. */
#define BS_SMTPD_SIGNS (BS_SMTPD_OUT | BS_SMTPD_LOCAL)

/* The mode of a program, or 0. */
unsigned bs_smtpd_mode_of(const struct bs_smtpd_filter *filter);

/* The mode of a filter by its name, or 0 where it is not ours. */
unsigned bs_smtpd_mode_by_name(const struct bs_smtpd_conf *conf,
    const char *name);

/* The modes of all filters of a listener, of its chains' too. */
unsigned bs_smtpd_modes_of(const struct bs_smtpd_conf *conf,
    const struct bs_smtpd_listener *listener);

/* A filter with one of the modes, or NULL. A view. */
const struct bs_smtpd_filter *bs_smtpd_with_mode(
    const struct bs_smtpd_conf *conf, unsigned wanted);

#endif
