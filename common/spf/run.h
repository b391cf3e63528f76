/* One evaluation of SPF: records found, names expanded, limits kept.
 *
 * libspf2 walks the records. Of what a stranger wrote it sees only addresses
 * and the lengths of prefixes: every domain-spec is replaced by a name of ours,
 * by which libspf2 then asks for it. So we know which term asks, and no macro,
 * name or octet of a stranger's choice reaches libspf2. */
#ifndef BS_SPF_RUN_H
#define BS_SPF_RUN_H

#include "common/base/backstop.h"
#include "common/spf/run_state.h"

/* Begins an evaluation as of now (epoch seconds); the query must outlive it.
 * It may be decided at once. */
void bs_spf_run_begin(struct bs_spf_run *run, const struct bs_spf_query *query,
    int64_t now, bs_spf_lookup *lookup, void *context);

/* The record that libspf2 asks for by a name of ours, as it is to see it.
 * Returns 0, or -ECANCELED where the evaluation ends. */
BS_MUST_USE int bs_spf_run_fetch(struct bs_spf_run *run, const char *name,
    char out[static BS_SPF_SHOWN_MAX]);

/* Makes ready for another walk: see bs_spf_run_end(). */
void bs_spf_run_again(struct bs_spf_run *run);

#endif
