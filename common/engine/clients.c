/* Who may ask the engine: the users of "clients", as numbers. */
#include <pwd.h>
#include <stdio.h>
#include <string.h>

#include "common/engine/clients.h"

/* Adds a user in its place. Returns whether it was not there. */
static bool
add(struct bs_clients *clients, const char *name, uid_t uid)
{
	size_t at = 0;
	size_t behind;

	while (at < clients->count && clients->uids[at] < uid)
		at++;
	if (uid == 0 || clients->count == BS_CLIENTS_MAX ||
	    strlen(name) >= BS_CLIENT_NAME ||
	    (at < clients->count && clients->uids[at] == uid))
		return false;
	behind = clients->count - at;
	memmove(clients->uids + at + 1, clients->uids + at,
	    behind * sizeof(clients->uids[0]));
	memmove(clients->names + at + 1, clients->names + at,
	    behind * sizeof(clients->names[0]));
	clients->uids[at] = uid;
	snprintf(clients->names[at], BS_CLIENT_NAME, "%s", name);
	clients->count++;
	return true;
}

static void
forget(struct bs_clients *clients, size_t at)
{
	size_t behind = --clients->count - at;

	memmove(clients->uids + at, clients->uids + at + 1,
	    behind * sizeof(clients->uids[0]));
	memmove(clients->names + at, clients->names + at + 1,
	    behind * sizeof(clients->names[0]));
}

/* The place of a name, or count. */
static size_t
find(const struct bs_clients *clients, const char *name)
{
	size_t at = 0;

	while (at < clients->count && strcmp(clients->names[at], name) != 0)
		at++;
	return at;
}

static bool
is_named(const struct bs_words *names, const char *name)
{
	for (size_t i = 0; i < names->count; i++)
		if (strcmp(names->words[i], name) == 0)
			return true;
	return false;
}

void
bs_clients_begin(struct bs_clients *clients, const char *passwd_path,
    const struct bs_words *names)
{
	for (size_t at = clients->count; at-- > 0;)
		if (!is_named(names, clients->names[at]))
			forget(clients, at);
	memset(&clients->passwd, 0, sizeof(clients->passwd));
	(void)bs_clients_renew(clients, passwd_path, names);
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
		if (bs_clients_learn(clients, names, pw->pw_name, &pw->pw_uid))
			found = true;
	(void)fclose(file);
	return found;
}

bool
bs_clients_learn(struct bs_clients *clients, const struct bs_words *names,
    const char *name, const uid_t *uid)
{
	size_t at = find(clients, name);
	bool was_known = at < clients->count;

	if (!is_named(names, name) ||
	    (was_known && uid != NULL && clients->uids[at] == *uid))
		return false;
	if (was_known)
		forget(clients, at);
	/* it may have come into the file since the search began */
	if (was_known && uid == NULL)
		memset(&clients->passwd, 0, sizeof(clients->passwd));
	return (uid != NULL && add(clients, name, *uid)) || was_known;
}

bool
bs_clients_lack(const struct bs_clients *clients, const struct bs_words *names)
{
	for (size_t i = 0; i < names->count; i++)
		if (find(clients, names->words[i]) == clients->count)
			return true;
	return false;
}

bool
bs_clients_have(const struct bs_clients *clients, uid_t uid)
{
	for (size_t i = 0; i < clients->count; i++)
		if (clients->uids[i] == uid)
			return true;
	return false;
}
