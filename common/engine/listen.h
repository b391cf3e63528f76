/* The engine's socket: taken from systemd, or made; and who may use it. */
#ifndef BS_ENGINE_LISTEN_H
#define BS_ENGINE_LISTEN_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/backstop.h"
#include "common/engine/clients.h"

/* Returns a listening descriptor, close-on-exec and non-blocking: the one
 * that systemd passed (LISTEN_FDS), else a new one at path, open to all, its
 * folder made for user where it lacks. *is_ours says that we made it. -errno
 * (-EADDRINUSE: an engine answers there, and did for a second). Call it before
 * root is given up. */
BS_MUST_USE int bs_listen(const char *path, const char *user, bool *is_ours);

/* Lets only root, ourselves and the clients connect to the socket at path, by
 * an access control list: nobody else can then keep us busy. To be called as
 * the user that we became. Returns 0, or -errno where the socket is not ours or
 * the file system has no such lists: then it stays open to all, and strangers
 * are found by bs_listen_allows(). */
BS_MUST_USE int bs_listen_admit(const char *path,
    const struct bs_clients *clients);

/* Whether the socket at path has a list that lets clients connect. */
bool bs_listen_is_narrowed(const char *path);

/* Whether the process at the other end of a connection may ask: root, our own
 * user, or one of the clients (NULL: none). */
bool bs_listen_allows(int fd, const struct bs_clients *clients);

#endif
