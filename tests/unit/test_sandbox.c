/* The walls around the spf child: what a process behind them cannot do. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/base/sandbox.h"
#include "common/base/log.h"
#include "tests/unit/unit.h"

/* Of a process that ends with the trial. */
static bool
opened(int fd)
{
	return fd >= 0;
}

static bool
can_read(void)
{
	return opened(open("/etc/passwd", O_RDONLY | O_CLOEXEC));
}

static bool
can_write(void)
{
	return opened(open("/dev/null", O_WRONLY | O_CLOEXEC)) ||
	       opened(
		   open("/tmp/confined", O_CREAT | O_RDWR | O_CLOEXEC, 0600));
}

static bool
can_execute(void)
{
	char name[] = "/bin/true";
	char *argv[] = {name, NULL};

	execv(name, argv);
	return errno == 0;
}

static bool
can_fork(void)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	return pid > 0;
}

static bool
can_talk_locally(void)
{
	return opened(socket(AF_UNIX, SOCK_STREAM, 0));
}

static bool
can_listen(void)
{
	struct sockaddr_in address = {.sin_family = AF_INET};
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	return bind(fd, (struct sockaddr *)&address, sizeof(address)) == 0;
}

static bool
can_kill(void)
{
	return kill(getppid(), 0) == 0;
}

static bool
can_trace(void)
{
	return syscall(SYS_ptrace, 16 /* PTRACE_ATTACH */, getppid(), 0, 0) ==
	       0;
}

static bool
can_signal_threads(void)
{
	return syscall(SYS_tgkill, getppid(), getppid(), 0) == 0;
}

static bool
can_limit_others(void)
{
	const struct rlimit limit = {RLIM_INFINITY, RLIM_INFINITY};

	return prlimit(getppid(), RLIMIT_CPU, &limit, NULL) == 0;
}

static bool
can_send_raw(void)
{
	return opened(socket(AF_INET, SOCK_RAW, IPPROTO_ICMP));
}

/* Whatever families, types and protocols this kernel has: the child gets UDP
 * and TCP over IP, and nothing else. */
static bool
can_open_another_socket(void)
{
	static const int protocols[] = {IPPROTO_SCTP, IPPROTO_UDPLITE,
	    IPPROTO_DCCP, IPPROTO_ICMP, 58 /* ICMPv6 */, 262 /* MPTCP */};

	for (int family = 0; family < 64; family++)
		for (int type = 0; type < 16; type++) {
			bool is_ours =
			    (family == AF_INET || family == AF_INET6) &&
			    (type == SOCK_STREAM || type == SOCK_DGRAM);

			for (int protocol = 0; protocol < 300; protocol++) {
				int fd = socket(family, type, protocol);

				if (fd < 0)
					continue;
				close(fd);
				if (!is_ours ||
				    (protocol != 0 && protocol != IPPROTO_TCP &&
					protocol != IPPROTO_UDP))
					return true;
			}
		}
	for (size_t i = 0; i < COUNT(protocols); i++)
		if (opened(socket(AF_INET,
			SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC,
			protocols[i])))
			return true;
	return false;
}

static int
mail_port(struct sockaddr_in *address)
{
	*address = (struct sockaddr_in){
	    .sin_family = AF_INET,
	    .sin_port = htons(25),
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	return socket(AF_INET, SOCK_STREAM, 0);
}

/* Data in the first packet: Landlock sees no connect(). */
static bool
can_open_fast(void)
{
	struct sockaddr_in address;
	int fd = mail_port(&address);
	char octet = 'x';
	struct iovec part = {.iov_base = &octet, .iov_len = 1};
	struct mmsghdr message = {.msg_hdr = {.msg_name = &address,
				      .msg_namelen = sizeof(address),
				      .msg_iov = &part,
				      .msg_iovlen = 1}};

	return sendto(fd, "x", 1, MSG_FASTOPEN, (struct sockaddr *)&address,
		   sizeof(address)) >= 0 ||
	       errno != EACCES ||
	       sendmsg(fd, &message.msg_hdr, MSG_FASTOPEN) >= 0 ||
	       errno != EACCES ||
	       sendmmsg(fd, &message, 1, MSG_FASTOPEN) >= 0 || errno != EACCES;
}

/* A signal by way of a descriptor. */
static bool
can_own_descriptors(void)
{
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	pid_t parent = getppid();
	int both[2];

	return fcntl(fd, F_SETOWN, parent) == 0 ||
	       fcntl(fd, F_SETSIG, SIGKILL) == 0 ||
	       ioctl(fd, FIOSETOWN, &parent) == 0 ||
	       ioctl(fd, SIOCSPGRP, &parent) == 0 ||
	       socketpair(AF_UNIX, SOCK_STREAM, 0, both) == 0;
}

static bool
can_slow_others(void)
{
	struct {
		uint32_t size;
		uint32_t policy;
		uint64_t flags;
		int32_t nice;
		uint32_t priority;
		uint64_t times[3];
	} slow = {.size = 48, .policy = 5 /* SCHED_IDLE */, .nice = 19};
	const struct {
		int priority;
	} none = {0};

	return syscall(SYS_sched_setattr, getppid(), &slow, 0) == 0 ||
	       syscall(SYS_sched_setparam, getppid(), &none) == 0 ||
	       syscall(SYS_ioprio_set, 1, getppid(), 3 << 13) == 0 ||
	       setpriority(PRIO_PROCESS, (id_t)getppid(), 19) == 0;
}

static bool
can_share_memory(void)
{
	return syscall(SYS_shmget, 0, 4096, 01600) >= 0 ||
	       syscall(SYS_msgget, 0, 01600) >= 0 ||
	       syscall(SYS_semget, 0, 1, 01600) >= 0 ||
	       opened(memfd_create("x", 0));
}

static bool
can_change_rights(void)
{
	return chmod("/proc/self/oom_score_adj", 0666) == 0 || errno != EPERM ||
	       fchmodat(AT_FDCWD, "/tmp", 0777, 0) == 0 || errno != EPERM ||
	       utimensat(AT_FDCWD, "/tmp", NULL, 0) == 0 || errno != EPERM;
}

/* Behind the walls it is refused before the kernel asks whether it is a
 * terminal. */
static bool
can_type(void)
{
	return ioctl(STDIN_FILENO, TIOCSTI, "x") == 0 || errno != EPERM ||
	       ioctl(STDIN_FILENO, TIOCLINUX, "\2") == 0 || errno != EPERM ||
	       ioctl(STDIN_FILENO, TIOCSCTTY, 0) == 0 || errno != EPERM;
}

/* A mail server on this host would trust it. */
static bool
can_send_mail(void)
{
	struct sockaddr_in address = {
	    .sin_family = AF_INET,
	    .sin_port = htons(25),
	};
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	return connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0 ||
	       errno == ECONNREFUSED;
}

/* What the child must still be able to do. */
static bool
can_ask(void)
{
	struct sockaddr_in address = {
	    .sin_family = AF_INET,
	    .sin_port = htons(53),
	};
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	return connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0 &&
	       opened(socket(AF_INET6, SOCK_DGRAM, 0));
}

/* Runs a trial behind the walls. Returns what it said, or -1 where the process
 * was ended by it. */
static int
try(bool (*trial)(void))
{
	int status = 0;
	pid_t pid = fork();

	if (pid == 0) {
		bs_sandbox_enter("child", &(uint16_t){53}, 1);
		_exit(trial() ? 1 : 0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static bool
nothing(void)
{
	return false;
}

static void
test_walls(void **state)
{
	static const struct {
		const char *what;
		bool (*trial)(void);
	} trials[] = {
	    {"write a file", can_write},
	    {"execute a program", can_execute},
	    {"fork", can_fork},
	    {"open a local socket", can_talk_locally},
	    {"listen", can_listen},
	    {"send signals", can_kill},
	    {"signal threads", can_signal_threads},
	    {"limit others", can_limit_others},
	    {"send raw packets", can_send_raw},
	    {"trace", can_trace},
	    {"open a socket that is neither UDP nor TCP",
		can_open_another_socket},
	    {"connect with the first packet", can_open_fast},
	    {"have signals sent to others", can_own_descriptors},
	    {"slow others down", can_slow_others},
	    {"share memory with others", can_share_memory},
	    {"change the rights of files", can_change_rights},
	    {"type into a terminal", can_type},
	};

	(void)state;
	assert_int_equal(try(nothing), 0);
	assert_int_equal(try(can_ask), 1);
	for (size_t i = 0; i < COUNT(trials); i++)
		if (try(trials[i].trial) != 0)
			fail_msg("it can %s", trials[i].what);
}

static void
test_files(void **state)
{
	long abi = syscall(SYS_landlock_create_ruleset, NULL, 0, 1);

	(void)state;
	if (abi < 1) {
		print_message("skipped: this kernel has no Landlock\n");
		skip();
	}
	assert_int_equal(try(can_read), 0);
	if (abi >= 4)
		assert_int_equal(try(can_send_mail), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_walls),
	    cmocka_unit_test(test_files),
	};

	bs_log_open("test", BS_LOG_STDERR, false);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
