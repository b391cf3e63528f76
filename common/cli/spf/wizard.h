/* The questions of 'backstop spf make'. */
#ifndef BS_CLI_SPF_WIZARD_H
#define BS_CLI_SPF_WIZARD_H

#include "common/cli/spf/add.h"

/* This host's addresses; the domain's MX; others by name, address or
 * include. */
void bs_spf_wizard_own(struct bs_spf_wizard *wizard);
void bs_spf_wizard_mx(struct bs_spf_wizard *wizard);
void bs_spf_wizard_others(struct bs_spf_wizard *wizard);
void bs_spf_wizard_services(struct bs_spf_wizard *wizard);

#endif
