/* Many SPF checks made by the command line, in one child. */
#ifndef BS_CLI_SPF_BATCH_H
#define BS_CLI_SPF_BATCH_H

#include <stddef.h>

#include "common/base/backstop.h"
#include "common/cli/cli.h"
#include "common/spf/service.h"

/* Checks, each with its number: ask fills the query in, whose memory is zeros;
 * found is told what came of it, in any order. */
struct bs_spf_batch {
	size_t count;
	void (*ask)(void *context, size_t n, struct bs_spf_query *query);
	void (*found)(void *context, size_t n,
	    const struct bs_spf_finding *finding);
	void *context;
	const char *progress; /* shown on a terminal while it lasts */
};

/* Makes them. Returns 0, or an exit status after the complaint. */
BS_MUST_USE int bs_spf_batch(const struct bs_call *call,
    const struct bs_spf_batch *batch);

#endif
