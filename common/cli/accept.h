/* backstop accept: takes a refusal back, and keeps it from happening again. */
#ifndef BS_CLI_ACCEPT_H
#define BS_CLI_ACCEPT_H

#include "common/cli/cli.h"
#include "common/cli/output.h"
#include "common/config/accepted.h"

int bs_cmd_accept(const struct bs_call *call);
int bs_cmd_accept_list(const struct bs_call *call);
int bs_cmd_accept_remove(const struct bs_call *call);

/* An entry as members of a new object. */
struct bs_json *bs_accept_json(const struct bs_accepted_entry *entry);

#endif
