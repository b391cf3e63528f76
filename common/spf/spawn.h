/* The process that makes spf children, before and after a crash. */
#ifndef BS_SPF_SPAWN_H
#define BS_SPF_SPAWN_H

#include "common/base/backstop.h"
#include "common/spf/message.h"

/* Octets of the list of servers, its NUL included. */
#define BS_SPF_SERVERS_MAX 2048

/* Forks the spawner. It becomes the user, or nobody where there is none of that
 * name, and holds nothing of the engine's. Sets *control, a non-blocking socket
 * at whose end the spawner ends, and *board, which engine and children share.
 * Returns 0 or -errno. */
BS_MUST_USE int bs_spf_spawner_start(const char *user, int *control,
    struct bs_spf_board **board);

/* Requests a child that asks these DNS servers (with commas between them; none:
 * the system's). The one before is killed. Returns 0 or -errno. */
BS_MUST_USE int bs_spf_spawner_request(int control,
    const char servers[static BS_SPF_SERVERS_MAX]);

/* Takes what the spawner sends: returns the socket of a child; -ECHILD, there
 * could be none; -EAGAIN, nothing yet; -EPIPE, the spawner is gone. */
BS_MUST_USE int bs_spf_spawner_take(int control);

#endif
