/* One question to a mail server by SMTP: would it take this recipient? */
#ifndef BS_CLI_DOCTOR_SMTP_ASK_H
#define BS_CLI_DOCTOR_SMTP_ASK_H

#include <netinet/in.h>

#include "common/base/backstop.h"

struct bs_smtp_asked {
	int codes[2];	 /* of its replies to RCPT; 0: not asked */
	char reply[256]; /* to the first of these; or what went wrong */
};

/* Connects to an address, says EHLO, MAIL FROM:<>, RCPT TO each recipient and
 * QUIT; never DATA. The second recipient is asked about only where the first
 * is refused. Waits some seconds at most. Returns 0, or -EPROTO or -errno with
 * the reason in out->reply. */
BS_MUST_USE int bs_smtp_ask(const struct sockaddr_storage *address,
    const char *const recipients[static 2], struct bs_smtp_asked *out);

#endif
