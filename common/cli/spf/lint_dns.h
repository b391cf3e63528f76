/* What DNS says of the names in and beside an SPF record. */
#ifndef BS_CLI_SPF_LINT_DNS_H
#define BS_CLI_SPF_LINT_DNS_H

#include <stddef.h>

#include "common/cli/spf/remarks.h"

/* What speaks against the names beside a domain's record: hosts and subdomains
 * without one, a wildcard, an answer that is large. */
void bs_spf_note_domain(struct bs_spf_lint *lint);

/* What a term's name has to do with it: hosts without addresses ... */
void bs_spf_note_leaf(struct bs_spf_lint *lint, size_t place,
    const struct bs_spf_leaf *leaf);

#endif
