/* No files, no programs, no sockets but those of DNS. */
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "common/base/sandbox.h"
#include "common/base/log.h"

/* Memory of a child: its cache, its checks and as much again. */
#define MEMORY_OCTETS ((rlim_t)1 << 30)

#define FILES_MAX 1024

static void
limit(const char *who)
{
	static const struct {
		int what;
		rlim_t value;
	} limits[] = {
#if !defined(__SANITIZE_ADDRESS__)
		{RLIMIT_AS, MEMORY_OCTETS},
#endif
		{RLIMIT_CORE, 0},
		{RLIMIT_NOFILE, FILES_MAX},
		{RLIMIT_NPROC, 0},
	};

	for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
		const struct rlimit both = {limits[i].value, limits[i].value};

		if (setrlimit((__rlimit_resource_t)limits[i].what, &both) != 0)
			bs_log(BS_LOG_WARNING,
			    "the %s goes without limit %d: %s", who,
			    limits[i].what, strerror(errno));
	}
}

#if defined(__OpenBSD__)

void
bs_sandbox_enter(const char *who, const uint16_t *ports, size_t count)
{
	(void)ports;
	(void)count;
	limit(who);
	if (pledge("stdio inet", NULL) != 0)
		bs_log(BS_LOG_WARNING, "the %s is not pledged: %s", who,
		    strerror(errno));
}

#elif defined(__linux__)

#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <linux/sockios.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>

/* landlock(7), up to ABI 6; the headers of Debian 12 know less than the
 * kernel that may run. */
struct ruleset {
	uint64_t fs;
	uint64_t net;
	uint64_t scoped;
};

#define NET_BIND_TCP 1
#define NET_CONNECT_TCP 2
#define RULE_NET_PORT 2

struct port_rule {
	uint64_t allowed;
	uint64_t port;
};

#define SCOPED_ABSTRACT_SOCKETS_AND_SIGNALS 3

/* How many rights of files an ABI knows; its rules allow none of them. */
static unsigned
file_rights(long abi)
{
	static const unsigned rights[] = {0, 13, 14, 15, 15, 16};

	return rights[abi < 5 ? abi : 5];
}

/* Returns whether each port may be connected to. */
static bool
allow_ports(int rules, const uint16_t *ports, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct port_rule rule = {NET_CONNECT_TCP, ports[i]};

		if (syscall(SYS_landlock_add_rule, rules, RULE_NET_PORT, &rule,
			0) != 0)
			return false;
	}
	return true;
}

static int
close_files(const uint16_t *ports, size_t count)
{
	long abi = syscall(SYS_landlock_create_ruleset, NULL, 0, 1);
	struct ruleset rules = {0};
	size_t size = abi >= 6 ? 24 : abi >= 4 ? 16 : 8;
	long fd;
	int rc = 0;

	if (abi < 1)
		return -errno;
	rules.fs = ((uint64_t)1 << file_rights(abi)) - 1;
	rules.net = abi >= 4 ? NET_BIND_TCP | NET_CONNECT_TCP : 0;
	rules.scoped = abi >= 6 ? SCOPED_ABSTRACT_SOCKETS_AND_SIGNALS : 0;
	fd = syscall(SYS_landlock_create_ruleset, &rules, size, 0);
	if (fd < 0)
		return -errno;
	if ((abi >= 4 && !allow_ports((int)fd, ports, count)) ||
	    syscall(SYS_landlock_restrict_self, (int)fd, 0) != 0)
		rc = -errno;
	close((int)fd);
	return rc;
}

#if defined(__x86_64__)
#define OUR_ARCH AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define OUR_ARCH AUDIT_ARCH_AARCH64
#elif defined(__riscv) && __riscv_xlen == 64
#define OUR_ARCH AUDIT_ARCH_RISCV64
#endif

#if defined(OUR_ARCH)

#define LOAD(offset) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (uint32_t)(offset))
#define LOAD_NUMBER LOAD(offsetof(struct seccomp_data, nr))
/* the lower half of an argument, on these little-endian machines */
#define LOAD_ARGUMENT(n) LOAD(offsetof(struct seccomp_data, args[n]))
#define RETURN(value) BPF_STMT(BPF_RET | BPF_K, (uint32_t)(value))
#define DENY(error) RETURN(SECCOMP_RET_ERRNO | (error))
#define UNLESS(value, skipped)                                                 \
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)(value), 0, skipped)
#define REFUSE(name, error) UNLESS(SYS_##name, 1), DENY(error)
/* A call with some of these bits in argument n, or with this value there. */
#define REFUSE_BITS(name, n, bits, error)                                      \
	UNLESS(SYS_##name, 4), LOAD_ARGUMENT(n),                               \
	    BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, (uint32_t)(bits), 0, 1),      \
	    DENY(error), LOAD_NUMBER
#define REFUSE_VALUE(name, n, value, error)                                    \
	UNLESS(SYS_##name, 4), LOAD_ARGUMENT(n), UNLESS(value, 1),             \
	    DENY(error), LOAD_NUMBER

/* O_WRONLY, O_RDWR, O_CREAT, O_TRUNC, on every machine of Linux that has the
 * generic fcntl.h. */
#define WRITING (01 | 02 | 0100 | 01000)

/* A list of what is denied, not of what is allowed: updates of libc
 * change what it needs. */
static const struct sock_filter program[] = {
    LOAD(offsetof(struct seccomp_data, arch)),
    UNLESS(OUR_ARCH, 1),
    BPF_JUMP(BPF_JMP | BPF_JA, 1, 0, 0),
    DENY(ENOSYS),
    LOAD_NUMBER,
    /* x32 calls by other numbers */
    BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, 0x40000000, 0, 1),
    DENY(ENOSYS),
    REFUSE(execve, EACCES),
    REFUSE(execveat, EACCES),
    REFUSE(ptrace, EPERM),
    REFUSE(process_vm_readv, EPERM),
    REFUSE(process_vm_writev, EPERM),
    REFUSE(bind, EACCES),
    REFUSE(listen, EACCES),
    REFUSE(accept, EACCES),
    REFUSE(accept4, EACCES),
    REFUSE(clone3, ENOSYS),
    REFUSE(clone, EPERM),
    REFUSE(kill, EPERM),
    REFUSE(tkill, EPERM),
    REFUSE(tgkill, EPERM),
    REFUSE(rt_sigqueueinfo, EPERM),
    REFUSE(rt_tgsigqueueinfo, EPERM),
    REFUSE(pidfd_open, EPERM),
    REFUSE(pidfd_send_signal, EPERM),
    /* what is done to other processes of the same user */
    REFUSE(setpriority, EPERM),
    REFUSE(ioprio_set, EPERM),
    REFUSE(sched_setaffinity, EPERM),
    REFUSE(sched_setattr, EPERM),
    REFUSE(sched_setparam, EPERM),
    REFUSE(sched_setscheduler, EPERM),
    REFUSE(migrate_pages, EPERM),
    REFUSE(move_pages, EPERM),
    REFUSE(kcmp, EPERM),
    REFUSE(perf_event_open, EPERM),
    REFUSE(setpgid, EPERM),
    REFUSE_VALUE(fcntl, 1, F_SETOWN, EPERM),
    REFUSE_VALUE(fcntl, 1, F_SETOWN_EX, EPERM),
    REFUSE_VALUE(fcntl, 1, F_SETSIG, EPERM),
    REFUSE_VALUE(ioctl, 1, FIOSETOWN, EPERM),
    REFUSE_VALUE(ioctl, 1, SIOCSPGRP, EPERM),
    /* what they share with it */
    REFUSE(socketpair, EACCES),
    REFUSE(shmget, EACCES),
    REFUSE(shmat, EACCES),
    REFUSE(msgget, EACCES),
    REFUSE(semget, EACCES),
    REFUSE(mq_open, EACCES),
    REFUSE(add_key, EPERM),
    REFUSE(request_key, EPERM),
    /* standard error may be somebody's terminal */
    REFUSE_VALUE(ioctl, 1, TIOCSTI, EPERM),
    REFUSE_VALUE(ioctl, 1, TIOCLINUX, EPERM),
    REFUSE_VALUE(ioctl, 1, TIOCSCTTY, EPERM),
    /* a connection that Landlock does not see */
    REFUSE_BITS(sendto, 3, MSG_FASTOPEN, EACCES),
    REFUSE_BITS(sendmsg, 2, MSG_FASTOPEN, EACCES),
    REFUSE_BITS(sendmmsg, 3, MSG_FASTOPEN, EACCES),
    REFUSE(openat2, ENOSYS),
    REFUSE(memfd_create, EACCES),
    REFUSE(bpf, EPERM),
    REFUSE(io_uring_setup, ENOSYS),
    REFUSE(keyctl, EPERM),
    REFUSE(userfaultfd, EPERM),
    REFUSE(fanotify_init, EPERM),
    REFUSE(unshare, EPERM),
    REFUSE(setns, EPERM),
    REFUSE(mount, EPERM),
    /* Landlock does not know these rights of files */
    REFUSE(fchmod, EPERM),
    REFUSE(fchmodat, EPERM),
    REFUSE(fchown, EPERM),
    REFUSE(fchownat, EPERM),
    REFUSE(setxattr, EPERM),
    REFUSE(lsetxattr, EPERM),
    REFUSE(fsetxattr, EPERM),
    REFUSE(utimensat, EPERM),
#if defined(SYS_open)
    REFUSE(fork, EPERM),
    REFUSE(vfork, EPERM),
    REFUSE(creat, EACCES),
    REFUSE(chmod, EPERM),
    REFUSE(chown, EPERM),
    REFUSE(lchown, EPERM),
    UNLESS(SYS_open, 4),
    LOAD_ARGUMENT(1),
    BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, WRITING, 0, 1),
    DENY(EACCES),
    LOAD_NUMBER,
#endif
    UNLESS(SYS_openat, 4),
    LOAD_ARGUMENT(2),
    BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, WRITING, 0, 1),
    DENY(EACCES),
    LOAD_NUMBER,
    /* limits of other processes of the same user, above all */
    UNLESS(SYS_prlimit64, 4),
    LOAD_ARGUMENT(0),
    UNLESS(0, 1),
    RETURN(SECCOMP_RET_ALLOW),
    DENY(EPERM),
    /* UDP and TCP alone: the engine's socket and a name-service daemon's are
     * not for it, and Landlock does not see the ports of MPTCP or SCTP */
    UNLESS(SYS_socket, 14),
    LOAD_ARGUMENT(0),
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AF_INET, 2, 0),
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AF_INET6, 1, 0),
    DENY(EACCES),
    LOAD_ARGUMENT(1),
    BPF_STMT(BPF_ALU | BPF_AND | BPF_K, 0xf), /* without its flags */
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SOCK_DGRAM, 2, 0),
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SOCK_STREAM, 1, 0),
    DENY(EACCES),
    LOAD_ARGUMENT(2),
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 3, 0),
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, IPPROTO_TCP, 2, 0),
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, IPPROTO_UDP, 1, 0),
    DENY(EACCES),
    RETURN(SECCOMP_RET_ALLOW),
};

static int
close_calls(void)
{
	struct sock_fprog whole = {
	    .len = sizeof(program) / sizeof(program[0]),
	    .filter = (struct sock_filter *)(uintptr_t)program,
	};

	return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &whole, 0, 0) == 0
		   ? 0
		   : -errno;
}

#else

static int
close_calls(void)
{
	return -ENOSYS;
}

#endif

void
bs_sandbox_enter(const char *who, const uint16_t *ports, size_t count)
{
	int rc;

	limit(who);
	(void)prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	if ((rc = close_files(ports, count)) != 0)
		bs_log(BS_LOG_INFO, "the %s goes without Landlock: %s", who,
		    strerror(-rc));
	/* last, as a log may be a socket */
	if ((rc = close_calls()) != 0)
		bs_log(BS_LOG_INFO, "the %s goes without seccomp: %s", who,
		    strerror(-rc));
}

#else

void
bs_sandbox_enter(const char *who, const uint16_t *ports, size_t count)
{
	(void)ports;
	(void)count;
	limit(who);
}

#endif
