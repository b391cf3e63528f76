/* The process that makes spf children, before and after a crash. */
#ifndef BS_SPF_SPAWN_H
#define BS_SPF_SPAWN_H

#include "common/base/backstop.h"
#include "common/spf/message.h"

/* Octets of the list of servers, its NUL included. */
#define BS_SPF_SERVERS_MAX 2048

/* Forks it. It becomes the user, or nobody where there is none of that name,
 * and holds nothing of the engine's. Sets *control, which ends it when closed
 * and never blocks, and *board, shared by all. Returns 0 or -errno. */
BS_MUST_USE int bs_spf_spawner_start(const char *user, int *control,
    struct bs_spf_board **board);

/* Orders a child, which asks these servers (with commas between them; none: the
 * system's). The one before is killed. Returns 0 or -errno. */
BS_MUST_USE int bs_spf_spawner_order(int control,
    const char servers[static BS_SPF_SERVERS_MAX]);

/* Takes what the spawner sends: returns the socket of a child; -ECHILD, there
 * could be none; -EAGAIN, nothing yet; -EPIPE, the spawner is gone. */
BS_MUST_USE int bs_spf_spawner_take(int control);

#endif
