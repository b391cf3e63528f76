/* What happened since the engine began, for "backstop metrics". */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/judge/counters.h"

/* The kind behind the verdicts. */
#define KIND_PROBING BS_POLICY_VERDICTS

struct bs_counters *
bs_counters_new(void)
{
	struct bs_counters *counters = calloc(1, sizeof(*counters));

	if (counters != NULL)
		counters->domain_count = 1;
	return counters;
}

void
bs_counters_free(struct bs_counters *counters)
{
	free(counters);
}

/* FNV-1a. The names are the administrator's. */
static size_t
slot_of(const char *name)
{
	uint32_t hash = 0x811c9dc5;

	for (; *name != '\0'; name++)
		hash = (hash ^ (unsigned char)*name) * 0x01000193;
	return (hash ^ hash >> 16) % BS_COUNTERS_SLOTS;
}

/* The slot of a domain, or the free one where it would be. */
static size_t
find_slot(const struct bs_counters *counters, const char *name)
{
	size_t slot = slot_of(name);
	size_t at;

	while ((at = counters->slots[slot]) != 0 &&
	       strcmp(counters->domains[at].name, name) != 0)
		slot = (slot + 1) % BS_COUNTERS_SLOTS;
	return slot;
}

bool
bs_counters_have(const struct bs_counters *counters,
    const struct bs_domain *domain)
{
	return counters->slots[find_slot(counters, domain->name)] != 0;
}

/* The place of a domain, which it gets here if there is one left. */
static struct bs_domain_counters *
place_of(struct bs_counters *counters, const struct bs_domain *domain)
{
	size_t slot;
	size_t at;

	if (domain == NULL || strlen(domain->name) >= BS_HOST_MAX)
		return &counters->domains[0];
	slot = find_slot(counters, domain->name);
	if ((at = counters->slots[slot]) != 0)
		return &counters->domains[at];
	if (counters->domain_count > BS_COUNTERS_DOMAINS)
		return &counters->domains[0];
	at = counters->domain_count++;
	counters->slots[slot] = (uint16_t)at;
	snprintf(counters->domains[at].name, sizeof(counters->domains[at].name),
	    "%s", domain->name);
	return &counters->domains[at];
}

static const char *
word_or_none(enum bs_reason reason)
{
	return reason == BS_REASON_NONE ? "none" : bs_reason_word(reason);
}

bool
bs_counters_kind(size_t kind, const char **verdict, const char **reason)
{
	enum bs_reason why;
	const struct bs_row *row = bs_policy_verdict_at(kind, &why);

	*verdict = row == NULL ? "none" : row->verdict;
	*reason = row == NULL ? "probing" : word_or_none(why);
	return row == NULL ? kind == KIND_PROBING : row->is_judgement;
}

bool
bs_counters_may_be(size_t kind, enum bs_action action)
{
	enum bs_reason reason;
	const struct bs_row *row = bs_policy_verdict_at(kind, &reason);

	return row == NULL ? action == BS_ACTION_DEFER
			   : bs_policy_may_end(row, action);
}

void
bs_counters_see(struct bs_counters *counters, const struct bs_domain *domain)
{
	if (counters != NULL && domain != NULL)
		(void)place_of(counters, domain);
}

void
bs_counters_bounce(struct bs_counters *counters, const struct bs_domain *domain,
    const struct bs_row *row, enum bs_reason reason, enum bs_action action)
{
	size_t kind = KIND_PROBING;

	if (counters == NULL)
		return;
	if (row != NULL)
		kind = bs_policy_verdict(row, reason);
	if (action == BS_ACTION_REWRITE)
		action = BS_ACTION_NONE;
	place_of(counters, domain)->bounces[kind][action]++;
}

const char *
bs_counters_unsigned_word(size_t kind)
{
	return bs_reason_word(
	    kind < BS_LEFTS ? bs_tally_left_reason((enum bs_tally_left)kind)
			    : BS_REASON_NO_DOMAIN);
}

bool
bs_counters_may_lack(size_t place, size_t kind)
{
	return kind < BS_LEFTS || place == 0;
}

void
bs_counters_tally(struct bs_counters *counters, enum bs_tally tally)
{
	if (counters != NULL)
		counters->tallies[tally]++;
}

void
bs_counters_left(struct bs_counters *counters, const struct bs_domain *domain,
    enum bs_tally_left left)
{
	if (counters != NULL)
		place_of(counters, domain)->without_tag[left]++;
}

void
bs_counters_nameless(struct bs_counters *counters)
{
	if (counters != NULL)
		counters->domains[0].without_tag[BS_LEFTS]++;
}

void
bs_counters_spf_check(struct bs_counters *counters,
    const struct bs_spf_finding *finding)
{
	if (counters == NULL)
		return;
	counters->spf_checks[finding->identity][finding->result]++;
	bs_histogram_add(&counters->spf_seconds,
	    finding->elapsed_ms * INT64_C(1000000));
}

void
bs_counters_spf_action(struct bs_counters *counters, enum bs_action action)
{
	if (counters != NULL)
		counters->spf_actions[action]++;
}

void
bs_counters_no_dsn(struct bs_counters *counters)
{
	if (counters != NULL)
		counters->no_dsn++;
}
