/* The process that makes spf children, before and after a crash. */
#ifndef BS_SPF_SPAWN_H
#define BS_SPF_SPAWN_H

#include "common/backstop.h"
#include "common/engine/spf.h"
#include "common/engine/spf_message.h"

/* Forks it. It becomes the settings' user and holds nothing of the engine's.
 * Sets *control, which ends it when closed, and *board, shared by all. Returns
 * 0 or -errno. */
BS_MUST_USE int bs_spf_spawner_start(const struct bs_spf_settings *settings,
    int *control, struct bs_spf_board **board);

/* Asks for another child; the one before must be gone, or go by its socket's
 * end. Returns its socket, or -errno. */
BS_MUST_USE int bs_spf_spawn(int control);

#endif
