/* The engine's loop: peers, questions, the store's life, signals. */
#ifndef BS_ENGINE_SERVER_H
#define BS_ENGINE_SERVER_H

#include "common/base/backstop.h"
#include "common/config/config.h"
#include "common/spf/service.h"
#include "common/store/ticket.h"

/* Serves listen_fd until SIGTERM or SIGINT. SIGHUP reads config_path again.
 * Takes over all of it but the ticket, which is the caller's; spf is not in a
 * loop yet, or NULL. Returns 0 or -errno. */
BS_MUST_USE int bs_server_run(const char *config_path, struct bs_config *config,
    int listen_fd, struct bs_spf *spf, const struct bs_ticket *ticket);

#endif
