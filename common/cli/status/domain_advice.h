/* What is wrong with a domain of ours, and what could be done next. */
#ifndef BS_CLI_STATUS_DOMAIN_ADVICE_H
#define BS_CLI_STATUS_DOMAIN_ADVICE_H

#include "common/cli/status/advice.h"
#include "common/cli/status/overview.h"

/* What holds of several domains is said of the first, with how many more. */
void bs_domain_advise(const struct bs_overview *status, struct bs_advices *out);

#endif
