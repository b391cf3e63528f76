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

/* Octets of a user's name, with its NUL; a longer one is nobody's (useradd(8)).
 */
#define BS_CLIENT_NAME 33

/* All zero at first. */
struct bs_clients {
	size_t count;
	uid_t uids[BS_CLIENTS_MAX]; /* in ascending order, without root */
	char names[BS_CLIENTS_MAX][BS_CLIENT_NAME];
	struct stat passwd; /* of the file, when it was last read */
};

/* Where the names may have changed: forgets whoever is not among them, and
 * looks into the file of users, whether it has changed or not. It asks nobody;
 * whoever is kept elsewhere is found by client_search.h, and remains meanwhile.
 */
void bs_clients_begin(struct bs_clients *clients, const char *passwd_path,
    const struct bs_words *names);

/* Adds users that came since: looks into the file of users if that has changed,
 * and asks nobody. Returns whether there was one. */
bool bs_clients_renew(struct bs_clients *clients, const char *passwd_path,
    const struct bs_words *names);

/* What a search found of a name: its number, or that it is no user (NULL). That
 * is for nothing if it is not among the names any more. Returns whether it is
 * news. */
bool bs_clients_learn(struct bs_clients *clients, const struct bs_words *names,
    const char *name, const uid_t *uid);

/* Whether one of the names is no user, as far as is known. */
bool bs_clients_lack(const struct bs_clients *clients,
    const struct bs_words *names);

bool bs_clients_have(const struct bs_clients *clients, uid_t uid);

#endif
