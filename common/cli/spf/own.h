/* This host's own addresses, and what the record of a domain says of them. */
#ifndef BS_CLI_SPF_OWN_H
#define BS_CLI_SPF_OWN_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/backstop.h"
#include "common/cli/spf/lookup.h"
#include "common/spf/lint/flat.h"
#include "common/spf/lint/net.h"

#define BS_SPF_OWN_MAX 64

struct bs_spf_own {
	struct bs_spf_net net; /* one address */
	bool is_temporary;     /* RFC 8981: it is another one tomorrow */
	const char *reserved;  /* why others do not see it, or NULL */
};

/* Reads the addresses of the interfaces that are up, without loopback and
 * link-local ones, in the order of the system. Returns how many. */
size_t bs_spf_own_addresses(struct bs_spf_own out[static BS_SPF_OWN_MAX]);

/* What the record of a domain says of each of the addresses, as a temperror
 * where DNS did not answer; an open mark means that a macro or ptr may decide.
 * Without memory the process ends. */
void bs_spf_own_check(struct bs_lookup *lookup, const char *domain,
    const struct bs_spf_own *addresses, size_t count, struct bs_spf_said *out);

#endif
