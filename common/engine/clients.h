/* Who may ask the engine: the users of "clients", as numbers. */
#ifndef BS_ENGINE_CLIENTS_H
#define BS_ENGINE_CLIENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>
#include <sys/types.h>

#include "common/base/backstop.h"
#include "common/config/config.h"

/* More users than that are not looked at. */
#define BS_CLIENTS_MAX 32

/* All zero at first. */
struct bs_clients {
	size_t count;
	uid_t uids[BS_CLIENTS_MAX]; /* in ascending order, without root */
	struct stat passwd;	    /* of the file, when it was last read */
};

/* Looks the names up, wherever this host keeps its users (nsswitch.conf(5)). It
 * may wait for a directory server: only for when a configuration is read. */
void bs_clients_find(struct bs_clients *clients, const struct bs_words *names);

/* Adds users that came since: looks into the file of users if that has changed,
 * and asks nobody. Returns whether there was one. */
bool bs_clients_renew(struct bs_clients *clients, const char *passwd_path,
    const struct bs_words *names);

bool bs_clients_have(const struct bs_clients *clients, uid_t uid);

#endif
