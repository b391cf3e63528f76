/* What is wrong with SPF records and what they include. */
#ifndef BS_CLI_SPF_LINT_TREE_H
#define BS_CLI_SPF_LINT_TREE_H

#include <stddef.h>
#include <stdint.h>

#include "common/cli/spf/remarks.h"

/* Looks at all of a tree: at its records by themselves, and at what DNS says
 * of the names in them. given is of a record that was not read from DNS: its
 * strings as a TXT record has them, or NULL. */
void bs_spf_note_all(struct bs_spf_lint *lint, const uint8_t *given,
    size_t given_len);

#endif
