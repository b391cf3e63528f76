/* backstop doctor: "domains" beside the lists of a mail server. */
#ifndef BS_CLI_DOCTOR_DOMAINS_H
#define BS_CLI_DOCTOR_DOMAINS_H

#include <stddef.h>

#include "common/cli/doctor/findings.h"

/* Domains that a mail server takes mail of, though they are not ours. */
struct bs_doctor_strangers {
	size_t count;
	char first[BS_HOST_MAX];
};

/* Counts a name of the mail server's list if it is a domain that is neither
 * among "domains" nor this host itself. */
void bs_doctor_stranger(const struct bs_doctor *doctor, const char *name,
    const char *own, struct bs_doctor_strangers *strangers);

/* Says what was counted. Returns whether there was none. */
bool bs_doctor_tell_strangers(struct bs_doctor *doctor, enum bs_check check,
    const char *server, const struct bs_doctor_strangers *strangers);

#endif
