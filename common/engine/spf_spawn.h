/* The process that makes spf children, before and after a crash. */
#ifndef BS_SPF_SPAWN_H
#define BS_SPF_SPAWN_H

#include "common/backstop.h"
#include "common/engine/spf_message.h"

/* Octets of the list of servers, its NUL included. */
#define BS_SPF_SERVERS_MAX 2048

/* Forks it. It becomes the user, or nobody where there is none of that name,
 * and holds nothing of the engine's. Sets *control, which ends it when closed,
 * and *board, shared by all. Returns 0 or -errno. */
BS_MUST_USE int bs_spf_spawner_start(const char *user, int *control,
    struct bs_spf_board **board);

/* Asks for another child, which asks these servers (with commas between them;
 * none: the system's). The one before must be gone, or go by its socket's end.
 * Returns its socket, or -errno. */
BS_MUST_USE int bs_spf_spawn(int control,
    const char servers[static BS_SPF_SERVERS_MAX]);

#endif
