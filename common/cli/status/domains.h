/* What the store says of each domain of ours: coverage, and what happened;
 * and what of SPF. */
#ifndef BS_CLI_STATUS_DOMAINS_H
#define BS_CLI_STATUS_DOMAINS_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/backstop.h"
#include "common/config/config.h"
#include "common/keys/keyring.h"
#include "common/policy/bounce.h"
#include "common/store/record.h"

#define BS_DOMAINS_WATCH 7  /* days on record before a domain may refuse */
#define BS_DOMAINS_WEEK 7   /* days, today's among them ... */
#define BS_DOMAINS_MONTH 30 /* ... of the two tallies */

struct bs_domain_status {
	enum bs_coverage coverage; /* of the whole window up to now */
	enum bs_reason reason;	   /* why it is partial, or _NONE */
	int64_t since;	 /* epoch seconds: nothing was missed since; 0: never */
	int64_t full_at; /* when waiting makes it full; 0: never */
	unsigned unwatched_days; /* that are left before it may refuse */
	struct bs_tally_record week;
	struct bs_tally_record month;
};

/* What is found; domains are in the order of config->domains. */
struct bs_domains_found {
	struct bs_tally_record spf_week; /* by enum bs_tally_spf */
	struct bs_domain_status domains[];
};

struct bs_domains {
	size_t count; /* of domains */
	struct bs_domains_found *found;
};

/* Reads it in a child that becomes the store's owner. Returns 0 or -errno
 * (-ENOENT: no store yet) with all zero; free it in any case. */
BS_MUST_USE int bs_domains_read(const struct bs_config *config,
    const struct bs_keyring *keyring, int64_t now, struct bs_domains *out);
void bs_domains_free(struct bs_domains *survey);

#endif
