/* A domain that was typed. */
#ifndef BS_CLI_SPF_DOMAIN_H
#define BS_CLI_SPF_DOMAIN_H

#include <stdbool.h>

#include "common/base/backstop.h"

/* Returns 0 for a domain, or EX_USAGE after a complaint that says what it is
 * instead, and what to type. takes_record: --record is known here. */
BS_MUST_USE int bs_spf_domain_check(const char *typed, bool takes_record);

#endif
