/* What an evaluation of SPF found: its result, by which term, and why. */
#ifndef BS_SPF_OUTCOME_H
#define BS_SPF_OUTCOME_H

#include "common/spf/run_state.h"

/* bs_spf_run_end(): two terms could have matched. */
#define BS_SPF_RUN_AGAIN 1

/* Sets *out once libspf2 is done; result and matched are what it says: its
 * result, and whether a mechanism matched. An explanation may need another
 * answer of DNS: look at state afterwards. Returns 0, or BS_SPF_RUN_AGAIN where
 * two terms could have matched: let libspf2 walk the records once more, after
 * bs_spf_run_again(), and tell bs_spf_run_settle() whether any matched. */
BS_MUST_USE int bs_spf_run_end(struct bs_spf_run *run,
    enum bs_spf_result result, bool matched, struct bs_spf_finding *out);
void bs_spf_run_settle(const struct bs_spf_run *run, bool matched,
    struct bs_spf_finding *out);

#endif
