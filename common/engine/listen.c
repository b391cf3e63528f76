/* The engine's socket: taken from systemd, or made; and who may use it. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pwd.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#ifdef __linux__
#include <sys/xattr.h>
#endif
#include <time.h>
#include <unistd.h>

#include "common/base/monotonic.h"
#include "common/engine/listen.h"

#define SYSTEMD_FIRST_FD 3
#define BACKLOG 512

/* How long an engine that was killed may take to be gone, and how often we look
 * whether it is. */
#define GONE_MS 1000
#define LOOK_MS 20

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

static int
give_descriptor(int fd, const char *user)
{
	const struct passwd *pw;
	struct stat st;

	if (fstat(fd, &st) != 0)
		return -errno;
	if (st.st_uid != geteuid())
		return -EPERM;
	if (fchmod(fd, 0755) != 0)
		return -errno;
	if (geteuid() != 0)
		return 0;
	if ((pw = getpwnam(user)) == NULL)
		return -ENOENT;
	return fchown(fd, pw->pw_uid, pw->pw_gid) == 0 ? 0 : -errno;
}

/* Gives a new folder to the user. By its descriptor: a name in somebody else's
 * folder could lead elsewhere by now. */
static int
give_folder(const char *folder, const char *user)
{
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	int rc;

	if (fd == -1)
		return -errno;
	rc = give_descriptor(fd, user);
	close(fd);
	return rc;
}

/* The socket's folder, owned by the user so that the name can be removed. */
static int
make_folder(const char *path, const char *user)
{
	char folder[PATH_MAX];
	const char *slash = strrchr(path, '/');

	if (slash == NULL || slash == path)
		return 0;
	snprintf(folder, sizeof(folder), "%.*s", (int)(slash - path), path);
	if (mkdir(folder, 0755) != 0)
		return errno == EEXIST ? 0 : -errno;
	return give_folder(folder, user);
}

/* Removes the name of a socket behind which nobody listens any more. One that
 * listens and takes nobody in has as many waiting as it can, and says EAGAIN.
 */
static int
clear_name(const struct sockaddr_un *name)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	int rc = 0;

	if (fd == -1)
		return -errno;
	if (connect(fd, (const struct sockaddr *)name, sizeof(*name)) == 0 ||
	    errno == EAGAIN)
		rc = -EADDRINUSE;
	else if (errno == ECONNREFUSED && unlink(name->sun_path) != 0)
		rc = -errno;
	else if (errno != ENOENT && errno != ECONNREFUSED)
		rc = -errno;
	close(fd);
	return rc;
}

/* As above; whoever answers may be an engine that was killed and is not gone
 * yet. */
static int
claim_name(const struct sockaddr_un *name)
{
	const struct timespec pause = {.tv_nsec = LOOK_MS * 1000000L};
	int64_t end = bs_monotonic_ms() + GONE_MS;
	int rc;

	while (
	    (rc = clear_name(name)) == -EADDRINUSE && bs_monotonic_ms() < end)
		(void)nanosleep(&pause, NULL);
	return rc;
}

/* Binds a new socket at the path, open to all until bs_listen_admit(). */
static int
bind_socket(const char *path)
{
	struct sockaddr_un name = {.sun_family = AF_UNIX};
	mode_t mask;
	int fd = -1;
	int rc;

	memcpy(name.sun_path, path, strlen(path) + 1);
	if ((rc = claim_name(&name)) != 0)
		return rc;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd == -1)
		return -errno;
	/* the mode comes with bind(): a chmod() of the name could hit whatever
	 * the owner of the folder has put there since */
	mask = umask(0111);
	if (bind(fd, (const struct sockaddr *)&name, sizeof(name)) != 0 ||
	    listen(fd, BACKLOG) != 0) {
		rc = -errno;
		close(fd);
		fd = rc;
	}
	(void)umask(mask);
	return fd;
}

/* As root, for as long as it takes, as the user: root must not touch a name in
 * a folder of somebody else's, and the user can change the rights of a socket
 * of its own later on. In a folder of root's, where the user may not write,
 * nobody else can play tricks. */
static int
make_socket(const char *path, const char *user)
{
	const struct passwd *pw;
	int rc;

	if (strlen(path) >= sizeof(((struct sockaddr_un *)NULL)->sun_path))
		return -ENAMETOOLONG;
	if (geteuid() != 0)
		return bind_socket(path);
	if ((pw = getpwnam(user)) == NULL)
		return bind_socket(path);
	if (setegid(pw->pw_gid) != 0 || seteuid(pw->pw_uid) != 0)
		return -errno;
	rc = bind_socket(path);
	if (seteuid(0) != 0 || setegid(0) != 0)
		return -errno;
	return rc == -EACCES ? bind_socket(path) : rc;
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
	return make_socket(path, user);
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
bs_listen_allows(int fd, const struct bs_clients *clients)
{
	uid_t uid = (uid_t)-1;

	if (peer_uid(fd, &uid) != 0)
		return false;
	return uid == 0 || uid == geteuid() ||
	       (clients != NULL && bs_clients_have(clients, uid));
}

#ifdef __linux__

/* acl(5) as the kernel takes it, in little-endian numbers (linux/posix_acl.h):
 * a list without libacl. */
#define ACL_VERSION 2
#define ACL_HEAD 4
#define ACL_ENTRY 8
#define ACL_OWNER 0x01
#define ACL_USER 0x02
#define ACL_GROUP 0x04
#define ACL_MASK 0x10
#define ACL_OTHERS 0x20
#define ACL_NONE 0
#define ACL_READ_WRITE 6

static size_t
put_entry(uint8_t *acl, size_t len, unsigned tag, unsigned rights, uid_t uid)
{
	const uint8_t entry[ACL_ENTRY] = {
	    (uint8_t)tag,
	    0,
	    (uint8_t)rights,
	    0,
	    (uint8_t)uid,
	    (uint8_t)(uid >> 8),
	    (uint8_t)(uid >> 16),
	    (uint8_t)(uid >> 24),
	};

	memcpy(acl + len, entry, sizeof(entry));
	return len + sizeof(entry);
}

int
bs_listen_admit(const char *path, const struct bs_clients *clients)
{
	uint8_t acl[ACL_HEAD + (BS_CLIENTS_MAX + 4) * ACL_ENTRY] = {
	    ACL_VERSION};
	size_t len = ACL_HEAD;
	struct stat st;

	if (lstat(path, &st) != 0)
		return -errno;
	if (!S_ISSOCK(st.st_mode) || st.st_uid != geteuid())
		return -EPERM;
	len = put_entry(acl, len, ACL_OWNER, ACL_READ_WRITE, (uid_t)-1);
	for (size_t i = 0; i < clients->count; i++)
		len = put_entry(acl, len, ACL_USER, ACL_READ_WRITE,
		    clients->uids[i]);
	len = put_entry(acl, len, ACL_GROUP, ACL_NONE, (uid_t)-1);
	len = put_entry(acl, len, ACL_MASK, ACL_READ_WRITE, (uid_t)-1);
	len = put_entry(acl, len, ACL_OTHERS, ACL_NONE, (uid_t)-1);
	return lsetxattr(path, "system.posix_acl_access", acl, len, 0) == 0
		   ? 0
		   : -errno;
}

/* chmod(1) takes the clients' rights away by the group's, which is the mask. */
bool
bs_listen_is_narrowed(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0 && (st.st_mode & 0660) == 0660 &&
	       lgetxattr(path, "system.posix_acl_access", NULL, 0) > 0;
}

#else

bool
bs_listen_is_narrowed(const char *path)
{
	(void)path;
	return false;
}

int
bs_listen_admit(const char *path, const struct bs_clients *clients)
{
	(void)path;
	(void)clients;
	return -EOPNOTSUPP;
}

#endif
