/* Domains whose check brought the spf child down, for an hour. */
#include <stdio.h>
#include <string.h>

#include "common/spf/poison.h"
#include "common/base/ascii.h"

#define POISON_MS (3600 * 1000)

/* The length of a domain without its last dot. */
static size_t
length(const char *domain)
{
	size_t len = strlen(domain);

	return len > 0 && domain[len - 1] == '.' ? len - 1 : len;
}

void
bs_spf_poison_add(struct bs_spf_poison *poison,
    const struct bs_spf_query *query, int64_t now_ms)
{
	struct bs_spf_poisoned *slot = &poison->domains[poison->next];

	poison->next = (poison->next + 1) % BS_SPF_POISONED;
	slot->until = now_ms + POISON_MS;
	snprintf(slot->domain, sizeof(slot->domain), "%s",
	    bs_spf_query_domain(query));
}

bool
bs_spf_poison_has(const struct bs_spf_poison *poison,
    const struct bs_spf_query *query, int64_t now_ms)
{
	const char *domain = bs_spf_query_domain(query);
	size_t len = length(domain);

	for (unsigned i = 0; i < BS_SPF_POISONED; i++) {
		const struct bs_spf_poisoned *slot = &poison->domains[i];

		if (slot->until > now_ms && length(slot->domain) == len &&
		    bs_ascii_same(slot->domain, domain, len))
			return true;
	}
	return false;
}
