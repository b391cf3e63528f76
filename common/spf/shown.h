/* An SPF record as libspf2 is to see it: with names of ours in place of its
 * domains. */
#ifndef BS_SPF_SHOWN_H
#define BS_SPF_SHOWN_H

#include "common/spf/run_state.h"

/* Writes record n as libspf2 is to see it. */
void bs_spf_run_show(const struct bs_spf_run *run, unsigned n,
    char out[static BS_SPF_SHOWN_MAX]);

#endif
