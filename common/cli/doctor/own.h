/* What this host is called. */
#ifndef BS_CLI_DOCTOR_OWN_H
#define BS_CLI_DOCTOR_OWN_H

#include <stdbool.h>

#include "common/base/backstop.h"

/* The name that mail servers give this host: that of /etc/mailname, where
 * there is one. */
void bs_own_name(char out[static BS_HOST_MAX]);

/* Whether two names are one, in any case. */
bool bs_own_same_name(const char *one, const char *other);

#endif
