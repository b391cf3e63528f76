/* For whom a notice is: what its header names, and the tags in it. */
#ifndef BS_CLI_EXPLAIN_HEAD_H
#define BS_CLI_EXPLAIN_HEAD_H

#include "common/cli/explain/explained.h"

/* The recipient_field of one whom only the returned mail names. */
extern const char bs_explain_returned_path[];

/* Reads the header of the notice and finds its recipient. One whose tag is ours
 * comes before others. */
void bs_explain_read_head(struct bs_explained *out);

/* Reads when the notice came, which is to be known before tags are read: by the
 * first Received or Delivery-date, which is mostly our own host's, else by its
 * Date. */
void bs_explain_read_arrival(struct bs_explained *out);

#endif
