/* The process that makes spf children, before and after a crash.
 *
 * It is forked before the engine reads its keys: a child that the engine forked
 * later would have them in its memory. At that time the engine may still be
 * root, so that the child can become another user. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <syslog.h>
#include <unistd.h>

#include "common/base/privileges.h"
#include "common/spf/spawn.h"
#include "common/spf/worker.h"

/* Room for one descriptor beside a message (cmsg(3)). */
union passage {
	struct cmsghdr align;
	char octets[CMSG_SPACE(sizeof(int))];
};

/* Sends the engine a child's socket, or that there is none for -1. */
static int
send_fd(int control, int fd)
{
	union passage passage = {0};
	char octet = 'c';
	struct iovec part = {.iov_base = &octet, .iov_len = 1};
	struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
	struct cmsghdr *header;

	if (fd != -1) {
		message.msg_control = passage.octets;
		message.msg_controllen = sizeof(passage.octets);
		header = CMSG_FIRSTHDR(&message);
		header->cmsg_level = SOL_SOCKET;
		header->cmsg_type = SCM_RIGHTS;
		header->cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(header), &fd, sizeof(fd));
	}
	return sendmsg(control, &message, MSG_NOSIGNAL) == 1 ? 0 : -errno;
}

int
bs_spf_spawner_take(int control)
{
	union passage passage = {0};
	char octet;
	struct iovec part = {.iov_base = &octet, .iov_len = 1};
	struct msghdr message = {
	    .msg_iov = &part,
	    .msg_iovlen = 1,
	    .msg_control = passage.octets,
	    .msg_controllen = sizeof(passage.octets),
	};
	struct cmsghdr *header;
	ssize_t got = recvmsg(control, &message, MSG_CMSG_CLOEXEC);
	int fd;

	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return -EAGAIN;
	if (got <= 0)
		return -EPIPE;
	header = CMSG_FIRSTHDR(&message);
	if (header == NULL || header->cmsg_type != SCM_RIGHTS)
		return -ECHILD;
	memcpy(&fd, CMSG_DATA(header), sizeof(fd));
	return fd;
}

/* Forks a child and sends the engine its end of the socket. Returns in the
 * spawner only: the child's pid, or -1. */
static pid_t
make_child(const char *servers, struct bs_spf_board *board, int control)
{
	int ends[2];
	pid_t pid;
	int rc;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0,
		ends) != 0) {
		if (send_fd(control, -1) != 0)
			_exit(1);
		return -1;
	}
	board->at_work = 0;
	if ((pid = fork()) == 0) {
		close(control);
		close(ends[0]);
		bs_privileges_leave_terminal();
		bs_privileges_end_with_parent();
		_exit(bs_spf_worker_run(servers, board, ends[1]) == 0 ? 0 : 1);
	}
	close(ends[1]);
	rc = send_fd(control, pid < 0 ? -1 : ends[0]);
	close(ends[0]);
	if (rc != 0)
		_exit(1);
	return pid;
}

/* Becomes the user, or nobody where there is none of that name: "backstop spf
 * check" also runs where the engine was never installed. */
static int
become(const char *user)
{
	int rc = bs_privileges_become(user);

	return rc == -ENOENT ? bs_privileges_become("nobody") : rc;
}

/* Closes all of the engine's descriptors but standard error, where the log may
 * go; above all the listening socket, which systemd may have passed. Returns
 * the new number of control. */
static int
close_others(int control)
{
	int null = open("/dev/null", O_RDWR);

	if (null < 0 || dup2(null, STDIN_FILENO) < 0 ||
	    dup2(null, STDOUT_FILENO) < 0 || dup2(control, 3) < 0 ||
	    fcntl(3, F_SETFD, FD_CLOEXEC) != 0 || close_range(4, ~0U, 0) != 0)
		_exit(1);
	return 3;
}

/* Reads one request whole: a list of DNS servers. */
static bool
read_request(int control, char servers[static BS_SPF_SERVERS_MAX])
{
	size_t got = 0;

	while (got < BS_SPF_SERVERS_MAX) {
		ssize_t part =
		    read(control, servers + got, BS_SPF_SERVERS_MAX - got);

		if (part == 0 || (part < 0 && errno != EINTR))
			return false;
		got += part < 0 ? 0 : (size_t)part;
	}
	servers[BS_SPF_SERVERS_MAX - 1] = '\0';
	return true;
}

static void
end_child(pid_t pid)
{
	if (pid <= 0)
		return;
	/* nobody has waited for it, so the pid is still its own */
	(void)kill(pid, SIGKILL);
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
}

/* The spawner's life: one child for each request. It ends when the engine does,
 * by the end of control; the signals that a service manager sends to all
 * processes are ignored. */
static void __attribute__((noreturn))
serve(const char *user, struct bs_spf_board *board, int control)
{
	static const int ignored[] = {SIGHUP, SIGINT, SIGTERM, SIGPIPE,
	    SIGUSR1};
	char servers[BS_SPF_SERVERS_MAX];
	pid_t child = -1;

	control = close_others(control);
	bs_privileges_leave_terminal();
	if (become(user) != 0)
		_exit(1);
	bs_privileges_close_doors();
	for (size_t i = 0; i < sizeof(ignored) / sizeof(ignored[0]); i++)
		signal(ignored[i], SIG_IGN);
	while (read_request(control, servers)) {
		end_child(child);
		child = make_child(servers, board, control);
	}
	end_child(child);
	_exit(0);
}

int
bs_spf_spawner_start(const char *user, int *control,
    struct bs_spf_board **board)
{
	struct bs_spf_board *shared;
	int ends[2];
	pid_t pid;

	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (shared == MAP_FAILED)
		return -errno;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
		goto fail;
	if ((pid = fork()) == 0) {
		close(ends[0]);
		serve(user, shared, ends[1]);
	}
	close(ends[1]);
	if (pid < 0) {
		close(ends[0]);
		goto fail;
	}
	(void)fcntl(ends[0], F_SETFL, O_NONBLOCK);
	*control = ends[0];
	*board = shared;
	return 0;
fail:
	(void)munmap(shared, sizeof(*shared));
	return -EAGAIN;
}

int
bs_spf_spawner_request(int control,
    const char servers[static BS_SPF_SERVERS_MAX])
{
	ssize_t put = send(control, servers, BS_SPF_SERVERS_MAX, MSG_NOSIGNAL);

	if (put < 0)
		return -errno;
	/* a socket's buffer has room for many; a part of one is a fault */
	return put == BS_SPF_SERVERS_MAX ? 0 : -EIO;
}
