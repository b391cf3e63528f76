/* The remarks on an SPF record: as text, with the tree of costs, or as JSON. */
#ifndef BS_CLI_SPF_LINT_SHOW_H
#define BS_CLI_SPF_LINT_SHOW_H

#include "common/cli/spf/remarks.h"

/* Print all of it on standard output. */
void bs_spf_lint_print(const struct bs_spf_lint *lint);
void bs_spf_lint_json(const struct bs_spf_lint *lint);

#endif
