/* The questions of 'backstop spf make'. */
#ifndef BS_CLI_SPF_WIZARD_H
#define BS_CLI_SPF_WIZARD_H

#include "common/cli/spf/add.h"

/* This host; those of the domain's MX, or their provider; what is easily
 * forgotten. */
void bs_spf_wizard_own(struct bs_spf_wizard *wizard);
void bs_spf_wizard_mx(struct bs_spf_wizard *wizard);
void bs_spf_wizard_topics(struct bs_spf_wizard *wizard);

/* Whether the draft lets anybody send. */
bool bs_spf_wizard_anybody(struct bs_spf_wizard *wizard);

/* Asks until it does. Returns false where nobody is named. */
bool bs_spf_wizard_somebody(struct bs_spf_wizard *wizard);

#endif
