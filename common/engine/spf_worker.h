/* The spf child: checks in flight, DNS, libspf2 behind its guard. */
#ifndef BS_SPF_WORKER_H
#define BS_SPF_WORKER_H

#include "common/backstop.h"
#include "common/engine/spf.h"
#include "common/engine/spf_message.h"

/* Serves the engine's orders from fd until it closes. Reads the system's
 * resolver settings, then gives up every power that it does not need. Returns
 * 0 or -errno. */
BS_MUST_USE int bs_spf_worker_run(const struct bs_spf_settings *settings,
    struct bs_spf_board *board, int fd);

#endif
