/* The walls around the process that reads reports of strangers.
 *
 * Anybody may mail a report, and libraries that unpack and parse have had
 * their holes. The process has two descriptors and may open no more, so it has
 * neither files nor sockets; the sandbox of SPF takes the rest. */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/resource.h>
#include <unistd.h>

#include "common/base/privileges.h"
#include "common/reports/jail.h"
#include "common/base/sandbox.h"

/* Twice what is held in memory as a whole, and its copies. */
#define MEMORY_OCTETS ((rlim_t)768 << 20)

/* A million rows take three seconds. */
#define CPU_SECONDS 120

static int
become_nobody(void)
{
	int rc = bs_privileges_become(BS_SPF_USER);

	return rc == -ENOENT ? bs_privileges_become("nobody") : rc;
}

/* Descriptors: 0 is in, 1 is out, 2 stays for complaints of libc. */
static int
keep(int in, int out)
{
	if ((in = fcntl(in, F_DUPFD, 3)) < 0 ||
	    (out = fcntl(out, F_DUPFD, 3)) < 0 || dup2(in, 0) < 0 ||
	    dup2(out, 1) < 0 || close_range(3, ~0U, 0) != 0)
		return -errno;
	return 0;
}

int
bs_report_jail_enter(int in, int out)
{
	const struct rlimit none = {0, 0};
	const struct rlimit time = {CPU_SECONDS, CPU_SECONDS};
	int rc;

	bs_privileges_leave_terminal();
	if ((rc = keep(in, out)) != 0 || (rc = become_nobody()) != 0)
		return rc;
	bs_privileges_close_doors();
	bs_privileges_end_with_parent();
	bs_sandbox_enter("report reader", NULL, 0);
#if !defined(__SANITIZE_ADDRESS__)
	{
		const struct rlimit memory = {MEMORY_OCTETS, MEMORY_OCTETS};

		if (setrlimit(RLIMIT_AS, &memory) != 0)
			return -errno;
	}
#endif
	if (setrlimit(RLIMIT_NOFILE, &none) != 0 ||
	    setrlimit(RLIMIT_CPU, &time) != 0)
		return -errno;
	return 0;
}
