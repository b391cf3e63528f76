/* The record that a domain has, walked term by term for the new one. */
#ifndef BS_CLI_SPF_PRESENT_H
#define BS_CLI_SPF_PRESENT_H

#include "common/cli/spf/add.h"

/* Shows what the domain has. Returns 0, or an exit status after the complaint
 * where no record can be written. */
BS_MUST_USE int bs_spf_wizard_look(struct bs_spf_wizard *wizard);

/* Asks of each term of it whether to keep it. */
void bs_spf_wizard_keep(struct bs_spf_wizard *wizard);

#endif
