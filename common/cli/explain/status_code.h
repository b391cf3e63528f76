/* RFC 3463 status codes in everyday words. */
#ifndef BS_CLI_EXPLAIN_STATUS_CODE_H
#define BS_CLI_EXPLAIN_STATUS_CODE_H

#include "common/base/backstop.h"

/* What "5.1.1" means, as a constant string, or NULL; also where the diagnostic
 * says something else. */
const char *bs_explain_status_code(const char *status, const char *diagnostic);

#endif
