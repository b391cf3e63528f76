/* The spf child: checks in flight, DNS, libspf2. */
#ifndef BS_SPF_WORKER_H
#define BS_SPF_WORKER_H

#include "common/base/backstop.h"
#include "common/spf/message.h"

/* Serves the engine's orders from fd until it closes. Asks servers, with commas
 * between them, or the system's where there are none; gives up every power
 * that it does not need once it knows them. Returns 0 or -errno. */
BS_MUST_USE int bs_spf_worker_run(const char *servers,
    struct bs_spf_board *board, int fd);

#endif
