/* The process that makes spf children, before and after a crash.
 *
 * It is forked before the engine reads a key and while there may be root to
 * become somebody else from; a child forked by the engine later on would hold
 * the keys in its memory. */
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/engine/sandbox.h"
#include "common/engine/spf_spawn.h"
#include "common/engine/spf_worker.h"

/* Room for one descriptor beside a message (cmsg(3)). */
union passage {
	struct cmsghdr align;
	char octets[CMSG_SPACE(sizeof(int))];
};

static int
send_fd(int control, int fd)
{
	union passage passage = {0};
	char octet = 'c';
	struct iovec part = {.iov_base = &octet, .iov_len = 1};
	struct msghdr message = {
	    .msg_iov = &part,
	    .msg_iovlen = 1,
	    .msg_control = passage.octets,
	    .msg_controllen = sizeof(passage.octets),
	};
	struct cmsghdr *header = CMSG_FIRSTHDR(&message);

	header->cmsg_level = SOL_SOCKET;
	header->cmsg_type = SCM_RIGHTS;
	header->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(header), &fd, sizeof(fd));
	return sendmsg(control, &message, MSG_NOSIGNAL) == 1 ? 0 : -errno;
}

static int
receive_fd(int control)
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
	ssize_t got;
	int fd;

	do
		got = recvmsg(control, &message, MSG_CMSG_CLOEXEC);
	while (got < 0 && errno == EINTR);
	if (got < 0)
		return -errno;
	header = CMSG_FIRSTHDR(&message);
	if (got == 0 || header == NULL || header->cmsg_type != SCM_RIGHTS)
		return -ECHILD;
	memcpy(&fd, CMSG_DATA(header), sizeof(fd));
	return fd;
}

/* Forks a child and sends the engine its end of the socket. Returns in the
 * spawner only. */
static void
make_child(const char *servers, struct bs_spf_board *board, int control)
{
	int ends[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0,
		ends) != 0)
		_exit(1);
	board->at_work = 0;
	if (fork() == 0) {
		close(control);
		close(ends[0]);
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
		_exit(bs_spf_worker_run(servers, board, ends[1]) == 0 ? 0 : 1);
	}
	close(ends[1]);
	/* without a child the engine sees the socket's end at once */
	if (send_fd(control, ends[0]) != 0)
		_exit(1);
	close(ends[0]);
}

/* Becomes the user, or nobody where the command line is all that there is of
 * Backstop on this machine. */
static int
become(const char *user)
{
	int rc = bs_sandbox_become(user);

	return rc == -ENOENT ? bs_sandbox_become("nobody") : rc;
}

/* Reads an order whole. */
static bool
read_order(int control, char servers[static BS_SPF_SERVERS_MAX])
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

/* The spawner's life: an order is a list of servers. */
static void __attribute__((noreturn))
serve(const char *user, struct bs_spf_board *board, int control)
{
	char servers[BS_SPF_SERVERS_MAX];

	if (become(user) != 0)
		_exit(1);
	bs_sandbox_close_doors();
	signal(SIGCHLD, SIG_IGN); /* no zombies, nobody waits */
	signal(SIGHUP, SIG_IGN);
	signal(SIGINT, SIG_IGN); /* the engine's to see to */
	signal(SIGPIPE, SIG_IGN);
	while (read_order(control, servers))
		make_child(servers, board, control);
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
	*control = ends[0];
	*board = shared;
	return 0;
fail:
	(void)munmap(shared, sizeof(*shared));
	return -EAGAIN;
}

int
bs_spf_spawn(int control, const char servers[static BS_SPF_SERVERS_MAX])
{
	ssize_t put;

	/* less than a socket's buffer: whole or not at all */
	do
		put = send(control, servers, BS_SPF_SERVERS_MAX, MSG_NOSIGNAL);
	while (put < 0 && errno == EINTR);
	if (put < 0)
		return -errno;
	return put == BS_SPF_SERVERS_MAX ? receive_fd(control) : -EIO;
}
