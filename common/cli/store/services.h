/* The engine as a service of this host. */
#ifndef BS_CLI_STORE_SERVICES_H
#define BS_CLI_STORE_SERVICES_H

#include <limits.h>
#include <stdbool.h>

#include "common/base/backstop.h"

/* What ran before it was stopped. All false at first. */
struct bs_services {
	bool socket;
	bool service;
};

/* Where systemd runs, and we are root: stops socket and engine, or starts again
 * what ran. Elsewhere they do nothing. Return 0, or -EIO where systemctl says
 * no. */
BS_MUST_USE int bs_services_stop(struct bs_services *out);
BS_MUST_USE int bs_services_start(const struct bs_services *services);

/* Whether services read the configuration of that path. */
bool bs_services_use(const char *config_path);

/* What to type on this host to stop the engine that holds the store, and to
 * start one with that configuration. Return out. */
#define BS_SERVICES_LINE (PATH_MAX + 128)
const char *bs_services_stop_line(const char *config_path, const char *store,
    char out[static BS_SERVICES_LINE]);
const char *bs_services_start_line(const char *config_path,
    char out[static BS_SERVICES_LINE]);

#endif
