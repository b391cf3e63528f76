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

/* The place of a domain, which it gets here if there is one left. */
static struct bs_domain_counters *
place_of(struct bs_counters *counters, const struct bs_domain *domain)
{
	size_t slot;
	size_t at;

	if (domain == NULL || strlen(domain->name) >= BS_HOST_MAX)
		return &counters->domains[0];
	slot = slot_of(domain->name);
	while ((at = counters->slots[slot]) != 0) {
		if (strcmp(counters->domains[at].name, domain->name) == 0)
			return &counters->domains[at];
		slot = (slot + 1) % BS_COUNTERS_SLOTS;
	}
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
