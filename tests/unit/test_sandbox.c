/* The walls around the spf child: what a process behind them cannot do. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/spf/sandbox.h"
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
		bs_sandbox_enter(&(uint16_t){53}, 1);
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
