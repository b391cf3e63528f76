/* What became of a mail, in everyday words. */
#ifndef BS_CLI_EXPLAIN_FATE_H
#define BS_CLI_EXPLAIN_FATE_H

#include <stddef.h>

#include "common/cli/explain/explained.h"

#define BS_EXPLAIN_FATE_MAX 640

/* "refused because there is no such mailbox (550 5.1.1 no such user)". Returns
 * out. */
const char *bs_explain_fate_text(const struct bs_dsn_fate *fate,
    char out[static BS_EXPLAIN_FATE_MAX]);

/* The same for the notice as a whole: its first recipient, or an MDN. */
const char *bs_explain_notice_text(const struct bs_explained *explained,
    char out[static BS_EXPLAIN_FATE_MAX]);

/* Whether its recipients met with different fates, so that each wants a line.
 */
bool bs_explain_fates_differ(const struct bs_dsn_facts *facts);

/* What is said of a recipient, by their place in final_recipients; NULL where
 * nothing is. */
const struct bs_dsn_fate *bs_explain_fate_of(const struct bs_dsn_facts *facts,
    size_t recipient);

#endif
