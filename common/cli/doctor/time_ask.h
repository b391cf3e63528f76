/* One question to a time server: how far is its clock from ours? */
#ifndef BS_CLI_DOCTOR_TIME_ASK_H
#define BS_CLI_DOCTOR_TIME_ASK_H

#include <sys/socket.h>

#include "common/base/backstop.h"
#include "common/cli/doctor/sntp.h"

/* Asks at an address by SNTP, a few times, and waits some seconds at most.
 * Returns 0, -ETIMEDOUT, -ENODATA if the server itself does not know, or
 * -errno. */
BS_MUST_USE int bs_time_ask(const struct sockaddr *address, socklen_t len,
    struct bs_sntp_answer *out);

#endif
