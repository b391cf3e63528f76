/* What 'backstop doctor' knows of smtpd.conf while it looks at it. */
#ifndef BS_CLI_DOCTOR_SMTPD_LOOK_H
#define BS_CLI_DOCTOR_SMTPD_LOOK_H

#include <stddef.h>

#include "common/base/backstop.h"
#include "common/cli/doctor/files.h"
#include "common/cli/doctor/findings.h"
#include "common/cli/doctor/smtpd_conf.h"

#define BS_PLACE_TEXT (BS_FINDING_TEXT / 2)

/* The configuration with the files it was read from. */
struct bs_smtpd_look {
	struct bs_doctor *doctor;
	struct bs_doctor_files files;
	struct bs_smtpd_conf conf;
};

/* "FILE:LINE" of a place. Returns out. */
const char *bs_smtpd_place_text(const struct bs_smtpd_look *look,
    const struct bs_smtpd_place *place, char out[static BS_PLACE_TEXT]);

/* "listen on eth0 smtps", as far as it tells a listener from others. Returns
 * out. */
const char *bs_smtpd_listener_text(const struct bs_smtpd_listener *listener,
    char out[static BS_PLACE_TEXT]);

/* Says what to write to have a filter at a listener. */
void bs_smtpd_fix_listener(const struct bs_smtpd_look *look,
    const char *listener, unsigned wanted, const char *mode);

#endif
