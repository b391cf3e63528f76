/* Domains whose check brought the spf child down, for an hour. */
#ifndef BS_SPF_POISON_H
#define BS_SPF_POISON_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/backstop.h"
#include "common/policy/spf_words.h"

#define BS_SPF_POISONED 32

/* All zero at first; beyond its size the oldest is forgotten. */
struct bs_spf_poison {
	unsigned next;
	struct bs_spf_poisoned {
		int64_t until; /* monotonic ms; 0: nobody */
		char domain[BS_HOST_MAX];
	} domains[BS_SPF_POISONED];
};

/* Notes whose record a query asks for. */
void bs_spf_poison_add(struct bs_spf_poison *poison,
    const struct bs_spf_query *query, int64_t now_ms);

/* Whether a query asks for the record of such a domain. */
bool bs_spf_poison_has(const struct bs_spf_poison *poison,
    const struct bs_spf_query *query, int64_t now_ms);

#endif
