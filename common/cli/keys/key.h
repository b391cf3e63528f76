/* backstop key: the life of a key, from pending to purged. */
#ifndef BS_CLI_KEYS_KEY_H
#define BS_CLI_KEYS_KEY_H

#include "common/cli/cli.h"

/* Each runs its subcommand. Returns its exit status. */
int bs_cmd_key_list(const struct bs_call *call);
int bs_cmd_key_rotate(const struct bs_call *call);
int bs_cmd_key_add(const struct bs_call *call);
int bs_cmd_key_activate(const struct bs_call *call);
int bs_cmd_key_revoke(const struct bs_call *call);
int bs_cmd_key_unlend(const struct bs_call *call);
int bs_cmd_key_purge(const struct bs_call *call);

#endif
