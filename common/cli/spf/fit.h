/* What does not fit into ten look-ups: the ways out. */
#ifndef BS_CLI_SPF_FIT_H
#define BS_CLI_SPF_FIT_H

#include "common/cli/spf/add.h"

/* Where the draft is over a limit, asks for ways to bring it below. What still
 * does not fit is taken out, into wizard->unfit. */
void bs_spf_wizard_fit(struct bs_spf_wizard *wizard);

#endif
