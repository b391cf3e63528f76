/* Words for the facts of an explanation, the same on the terminal and in JSON.
 */
#ifndef BS_CLI_EXPLAIN_NAMES_H
#define BS_CLI_EXPLAIN_NAMES_H

#include "common/cli/explain/explained.h"

const char *bs_explain_fate(uint8_t fate); /* "signed" ... */
const char *bs_explain_id(enum bs_explain_id id);
const char *bs_explain_id_text(enum bs_explain_id id);
const char *bs_explain_why(enum bs_explain_why why);

/* "no domain", "2 domains", "many domains"; valid until the next call. */
const char *bs_explain_domains(uint8_t count);

/* What the row would do in each mode. */
void bs_explain_actions(const struct bs_explained *explained,
    enum bs_action out[static 4]);

#endif
