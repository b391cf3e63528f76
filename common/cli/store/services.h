/* The engine as a service of this host. */
#ifndef BS_CLI_STORE_SERVICES_H
#define BS_CLI_STORE_SERVICES_H

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

/* What to type on this host to stop the engine, and to start it. */
const char *bs_services_stop_line(void);
const char *bs_services_start_line(void);

#endif
