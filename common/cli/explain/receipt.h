/* Receipts (RFC 8098) that are rejections: of Sieve, of a full mailbox. */
#ifndef BS_CLI_EXPLAIN_RECEIPT_H
#define BS_CLI_EXPLAIN_RECEIPT_H

#include "common/cli/explain/explained.h"

/* Fills is_rejection and rejection. */
void bs_explain_receipt(struct bs_explained *out);

#endif
