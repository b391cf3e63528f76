/* What happened since the engine began, for "backstop metrics". The store's
 * tallies are something else: they are of days, and expire.
 *
 * Tables of a fixed size: nothing that a stranger writes makes them grow. */
#ifndef BS_JUDGE_COUNTERS_H
#define BS_JUDGE_COUNTERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/adapter/wire.h"
#include "common/base/backstop.h"
#include "common/base/histogram.h"
#include "common/config/config.h"
#include "common/policy/bounce.h"
#include "common/policy/spf.h"
#include "common/policy/tally.h"

/* Domains that are counted by their names: those that mail came of first. What
 * is of another one counts under no name. */
#define BS_COUNTERS_DOMAINS 200
#define BS_COUNTERS_SLOTS 512 /* of their index: a power of two, half empty */

/* What a bounce is counted as: a verdict (policy/bounce.h), or that its client
 * was put off for guessing before there was one. */
#define BS_BOUNCE_KINDS (BS_POLICY_VERDICTS + 1)

/* Why mail left without a tag (policy/tally.h), or that its sender had no
 * domain: that is of no domain, as it may be any of ours. */
#define BS_UNSIGNED_KINDS (BS_LEFTS + 1)

struct bs_domain_counters {
	char name[BS_HOST_MAX]; /* empty: of all that have no place */
	uint64_t bounces[BS_BOUNCE_KINDS][BS_ACTIONS];
	uint64_t without_tag[BS_UNSIGNED_KINDS];
};

struct bs_counters {
	size_t domain_count;
	struct bs_domain_counters domains[1 + BS_COUNTERS_DOMAINS];
	uint16_t slots[BS_COUNTERS_SLOTS]; /* places in domains; 0: free */
	uint64_t tallies[BS_TALLIES];	   /* of all domains */
	uint64_t spf_checks[BS_SPF_IDENTITIES][BS_SPF_RESULTS];
	uint64_t spf_actions[BS_ACTIONS];
	uint64_t no_dsn; /* taken, but the sender is told of nothing */
	struct bs_histogram spf_seconds;
};

/* Makes counters that are all 0. Returns NULL without memory. */
struct bs_counters *bs_counters_new(void);
void bs_counters_free(struct bs_counters *counters); /* takes NULL */

/* The words of a kind; false for one that is no verdict on a bounce, or where
 * action (but for "rewrite", which is "none") does not come of it. Words live
 * for ever. */
bool bs_counters_kind(size_t kind, const char **verdict, const char **reason);
bool bs_counters_may_be(size_t kind, enum bs_action action);

/* The word of a reason why mail left without a tag; and whether mail of a place
 * in domains can have it. */
const char *bs_counters_unsigned_word(size_t kind);
bool bs_counters_may_lack(size_t place, size_t kind);

/* Whether a domain has a place. */
bool bs_counters_have(const struct bs_counters *counters,
    const struct bs_domain *domain);

/* All that follows takes counters that are NULL, and then does nothing. A
 * domain is one of the configuration, or NULL. */

/* Mail of a domain came, or left. */
void bs_counters_see(struct bs_counters *counters,
    const struct bs_domain *domain);

/* A bounce has its verdict (a row that judges, or NULL) and its action. */
void bs_counters_bounce(struct bs_counters *counters,
    const struct bs_domain *domain, const struct bs_row *row,
    enum bs_reason reason, enum bs_action action);

/* What the store counts by the day, too. */
void bs_counters_tally(struct bs_counters *counters, enum bs_tally tally);

/* Mail left without a tag: of a domain; and of a sender without one. */
void bs_counters_left(struct bs_counters *counters,
    const struct bs_domain *domain, enum bs_tally_left left);
void bs_counters_nameless(struct bs_counters *counters);

/* A check of SPF ended; what is done about a sender; and that it is told of
 * nothing. */
void bs_counters_spf_check(struct bs_counters *counters,
    const struct bs_spf_finding *finding);
void bs_counters_spf_action(struct bs_counters *counters,
    enum bs_action action);
void bs_counters_no_dsn(struct bs_counters *counters);

#endif
