/* One SPF check made by the command line; and the DNS servers that it asks. */
#ifndef BS_CLI_SPF_ONCE_H
#define BS_CLI_SPF_ONCE_H

#include <stddef.h>

#include "common/base/backstop.h"
#include "common/cli/cli.h"
#include "common/spf/service.h"
#include "common/spf/run_state.h"

/* What a check asked DNS, in order; steps are malloc()ed. */
struct bs_spf_trail {
	size_t count;
	struct bs_spf_step *steps;
};

/* Makes one check in a child of our own, as the engine would, and within the
 * deadline of its configuration if the query has none. Returns 0, or an exit
 * status after the complaint. */
BS_MUST_USE int bs_spf_once(const struct bs_call *call,
    struct bs_spf_query *query, struct bs_spf_finding *finding,
    struct bs_spf_trail *trail);

/* "A", "TXT" ...; never NULL. */
const char *bs_spf_type_name(enum bs_dns_type type);

/* The DNS servers to ask: of --dns, else of the configuration where there is
 * one, else none, for the system's; and the configuration itself, if it can be
 * read. Free it with bs_spf_servers_free(). Returns
 * 0 or an exit status after the complaint. */
struct bs_spf_servers {
	size_t count;
	const char *const *list;

	const char *one;
	struct bs_config *config; /* or NULL */
};
BS_MUST_USE int bs_spf_servers_find(const struct bs_call *call,
    struct bs_spf_servers *out);
void bs_spf_servers_free(struct bs_spf_servers *servers);

#endif
