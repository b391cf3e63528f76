/* Between the parts of backstop doctor that look at smtpd.conf(5). */
#ifndef BS_DOCTOR_SMTPD_H
#define BS_DOCTOR_SMTPD_H

#include "common/cli/doctor.h"
#include "common/pure/smtpd_conf.h"

#define BS_DOCTOR_FILES 32

/* The configuration with the files it was read from. */
struct bs_doctor_smtpd {
	struct bs_doctor *doctor;
	unsigned depth;
	size_t file_count;
	char *files[BS_DOCTOR_FILES]; /* names, malloc()ed */
	struct bs_smtpd_conf conf;
};

/* "FILE:LINE" of a place. Returns out. */
const char *bs_doctor_place(const struct bs_doctor_smtpd *smtpd,
    const struct bs_smtpd_place *place, char *out, size_t size);

/* Looks at each filter of ours, and at each listener. */
void bs_doctor_filters(const struct bs_doctor_smtpd *smtpd);
void bs_doctor_listeners(const struct bs_doctor_smtpd *smtpd);

#endif
