/* RFC 3463 status codes in the words of those who get them. */
#ifndef BS_CLI_EXPLAIN_STATUS_H
#define BS_CLI_EXPLAIN_STATUS_H

#include "common/base/backstop.h"

/* What "5.1.1" means, or NULL. Lives for ever. */
const char *bs_explain_status(const char *status);

#endif
