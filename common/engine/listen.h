/* The engine's socket: taken from systemd, or made; and who may use it. */
#ifndef BS_ENGINE_LISTEN_H
#define BS_ENGINE_LISTEN_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/backstop.h"

/* Returns a listening descriptor, close-on-exec and non-blocking: the one
 * that systemd passed (LISTEN_FDS), else a new one at path, open to all, its
 * folder made for user where it lacks. *is_ours says that we made it. -errno
 * (-EADDRINUSE: an engine answers there). Call it before root is given up. */
BS_MUST_USE int bs_listen(const char *path, const char *user, bool *is_ours);

/* Whether the process at the other end of a connection may ask: root, our own
 * user, and the users named. */
bool bs_listen_allows(int fd, char *const *users, size_t count);

#endif
