/* Between the parts of backstop doctor that look at smtpd.conf(5). */
#ifndef BS_CLI_DOCTOR_SMTPD_H
#define BS_CLI_DOCTOR_SMTPD_H

#include "common/cli/doctor/doctor.h"
#include "common/cli/doctor/smtpd_conf.h"

/* The configuration with the files it was read from. */
struct bs_doctor_smtpd {
	struct bs_doctor *doctor;
	struct bs_doctor_files files;
	struct bs_smtpd_conf conf;
};

/* "FILE:LINE" of a place. Returns out. */
const char *bs_doctor_place(const struct bs_doctor_smtpd *smtpd,
    const struct bs_smtpd_place *place, char *out, size_t size);

/* Looks at each filter of ours, and at each listener. */
void bs_doctor_filters(const struct bs_doctor_smtpd *smtpd);
void bs_doctor_listeners(const struct bs_doctor_smtpd *smtpd);

#endif
