/* Who may ask the engine: the users of "clients", as numbers.
 *
 * The names are not looked up when somebody connects: where users come from a
 * directory server that hangs, one connection would stop all answers for as
 * long as that takes. */
#include <pwd.h>
#include <stdio.h>
#include <string.h>

#include "common/engine/clients.h"

/* Adds a user in its place. Returns whether it was not there. */
static bool
add(struct bs_clients *clients, uid_t uid)
{
	size_t at = 0;

	while (at < clients->count && clients->uids[at] < uid)
		at++;
	if (uid == 0 || clients->count == BS_CLIENTS_MAX ||
	    (at < clients->count && clients->uids[at] == uid))
		return false;
	memmove(clients->uids + at + 1, clients->uids + at,
	    (clients->count - at) * sizeof(clients->uids[0]));
	clients->uids[at] = uid;
	clients->count++;
	return true;
}

void
bs_clients_find(struct bs_clients *clients, const struct bs_words *names)
{
	memset(clients, 0, sizeof(*clients));
	for (size_t i = 0; i < names->count; i++) {
		const struct passwd *pw = getpwnam(names->words[i]);

		if (pw != NULL)
			(void)add(clients, pw->pw_uid);
	}
}

static bool
is_named(const struct bs_words *names, const char *name)
{
	for (size_t i = 0; i < names->count; i++)
		if (strcmp(names->words[i], name) == 0)
			return true;
	return false;
}

static bool
is_same(const struct stat *a, const struct stat *b)
{
	return a->st_ino == b->st_ino && a->st_size == b->st_size &&
	       a->st_mtim.tv_sec == b->st_mtim.tv_sec &&
	       a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

bool
bs_clients_renew(struct bs_clients *clients, const char *passwd_path,
    const struct bs_words *names)
{
	const struct passwd *pw;
	struct stat st;
	bool found = false;
	FILE *file;

	if (stat(passwd_path, &st) != 0 || is_same(&st, &clients->passwd))
		return false;
	clients->passwd = st;
	if ((file = fopen(passwd_path, "re")) == NULL)
		return false;
	while ((pw = fgetpwent(file)) != NULL)
		if (is_named(names, pw->pw_name) && add(clients, pw->pw_uid))
			found = true;
	(void)fclose(file);
	return found;
}

bool
bs_clients_have(const struct bs_clients *clients, uid_t uid)
{
	for (size_t i = 0; i < clients->count; i++)
		if (clients->uids[i] == uid)
			return true;
	return false;
}
