/* Who sends by DMARC reports, proposed to 'backstop spf make'. */
#ifndef BS_CLI_SPF_EVIDENCE_H
#define BS_CLI_SPF_EVIDENCE_H

#include "common/cli/spf/add.h"
#include "common/cli/spf/sources.h"

/* Asks of the sources that the draft does not let pass whose they are, and adds
 * those that are the domain's own. */
void bs_spf_wizard_evidence(struct bs_spf_wizard *wizard,
    const struct bs_spf_sources *sources);

#endif
