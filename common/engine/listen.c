/* The engine's socket: taken from systemd, or made; and who may use it. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "common/engine/listen.h"

#define SYSTEMD_FIRST_FD 3
#define BACKLOG 512

static bool
is_listening(int fd)
{
	int yes = 0;
	socklen_t len = sizeof(yes);

	return getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &yes, &len) == 0 &&
	       yes != 0;
}

/* The socket that systemd passed (sd_listen_fds(3)), or -1. Its name is
 * systemd's and is left alone. */
static int
inherited(void)
{
	const char *pid = getenv("LISTEN_PID");
	const char *count = getenv("LISTEN_FDS");
	char mine[16];

	snprintf(mine, sizeof(mine), "%ld", (long)getpid());
	if (pid == NULL || count == NULL || strcmp(pid, mine) != 0 ||
	    strcmp(count, "1") != 0)
		return -1;
	unsetenv("LISTEN_PID");
	unsetenv("LISTEN_FDS");
	unsetenv("LISTEN_FDNAMES");
	if (!is_listening(SYSTEMD_FIRST_FD) ||
	    fcntl(SYSTEMD_FIRST_FD, F_SETFD, FD_CLOEXEC) == -1 ||
	    fcntl(SYSTEMD_FIRST_FD, F_SETFL, O_NONBLOCK) == -1)
		return -1;
	return SYSTEMD_FIRST_FD;
}

/* The socket's folder, owned by the user so that the name can be removed. */
static int
make_folder(const char *path, const char *user)
{
	char folder[PATH_MAX];
	const char *slash = strrchr(path, '/');
	const struct passwd *pw;

	if (slash == NULL || slash == path)
		return 0;
	snprintf(folder, sizeof(folder), "%.*s", (int)(slash - path), path);
	if (mkdir(folder, 0755) != 0)
		return errno == EEXIST ? 0 : -errno;
	if (chmod(folder, 0755) != 0)
		return -errno;
	if (geteuid() != 0)
		return 0;
	if ((pw = getpwnam(user)) == NULL)
		return -ENOENT;
	return chown(folder, pw->pw_uid, pw->pw_gid) == 0 ? 0 : -errno;
}

/* Removes the name of a socket behind which nobody listens any more. */
static int
clear_name(const struct sockaddr_un *name)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int rc = 0;

	if (fd == -1)
		return -errno;
	if (connect(fd, (const struct sockaddr *)name, sizeof(*name)) == 0)
		rc = -EADDRINUSE;
	else if (errno == ECONNREFUSED && unlink(name->sun_path) != 0)
		rc = -errno;
	else if (errno != ENOENT && errno != ECONNREFUSED)
		rc = -errno;
	close(fd);
	return rc;
}

static int
make_socket(const char *path)
{
	struct sockaddr_un name = {.sun_family = AF_UNIX};
	int fd = -1;
	int rc;

	if (strlen(path) >= sizeof(name.sun_path))
		return -ENAMETOOLONG;
	memcpy(name.sun_path, path, strlen(path) + 1);
	if ((rc = clear_name(&name)) != 0)
		return rc;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd == -1)
		return -errno;
	/* open to all: who may ask, the peer's uid says */
	if (bind(fd, (const struct sockaddr *)&name, sizeof(name)) != 0 ||
	    chmod(path, 0666) != 0 || listen(fd, BACKLOG) != 0) {
		rc = -errno;
		close(fd);
		return rc;
	}
	return fd;
}

int
bs_listen(const char *path, const char *user, bool *is_ours)
{
	int fd = inherited();
	int rc;

	*is_ours = fd == -1;
	if (fd != -1)
		return fd;
	if ((rc = make_folder(path, user)) != 0)
		return rc;
	return make_socket(path);
}

static int
peer_uid(int fd, uid_t *uid)
{
#ifdef SO_PEERCRED
	struct ucred cred;
	socklen_t len = sizeof(cred);

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &cred, &len) != 0)
		return -errno;
	*uid = cred.uid;
	return 0;
#else
	gid_t gid;

	return getpeereid(fd, uid, &gid) == 0 ? 0 : -errno;
#endif
}

bool
bs_listen_allows(int fd, char *const *users, size_t count)
{
	uid_t uid = (uid_t)-1;

	if (peer_uid(fd, &uid) != 0)
		return false;
	if (uid == 0 || uid == geteuid())
		return true;
	for (size_t i = 0; i < count; i++) {
		const struct passwd *pw = getpwnam(users[i]);

		if (pw != NULL && pw->pw_uid == uid)
			return true;
	}
	return false;
}
