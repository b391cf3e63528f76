/* Powers given up, and no way back to them. */
#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/base/privileges.h"
#include "tests/unit/folder.h"
#include "tests/unit/unit.h"

/* There on every system, and not root. */
static const char other_user[] = "nobody";

/* In a child, which is not root afterwards; 0 is well. */
static int
in_child(int (*work)(const char *), const char *folder)
{
	int status;
	pid_t child = fork();

	if (child == 0)
		_exit(work(folder));
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

/* Returns 0, or which of its claims is not so. */
static int
is_other_user(const struct passwd *pw)
{
	gid_t groups[64];
	int count = getgroups(64, groups);

	if (geteuid() != pw->pw_uid || getegid() != pw->pw_gid)
		return 1;
	if (setuid(0) == 0 || seteuid(0) == 0 || setgid(0) == 0)
		return 2;
	for (int i = 0; i < count; i++)
		if (groups[i] == 0)
			return 3;
	return 0;
}

static int
become_user(const char *folder)
{
	struct passwd pw = *getpwnam(other_user);

	(void)folder;
	if (bs_privileges_become("_no_such_user") != -ENOENT)
		return 10;
	if (bs_privileges_become(other_user) != 0)
		return 11;
	return is_other_user(&pw);
}

static int
become_owner(const char *folder)
{
	struct passwd pw = *getpwnam(other_user);

	if (bs_privileges_become_owner("/no/such/folder") != -ENOENT)
		return 10;
	if (bs_privileges_become_owner("/dev/null") != -ENOTDIR)
		return 11;
	if (bs_privileges_become_owner(folder) != 0)
		return 12;
	return is_other_user(&pw);
}

static int
close_doors(const char *folder)
{
	struct rlimit limit;

	(void)folder;
	bs_privileges_close_doors();
	if (prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 1)
		return 1;
	if (prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) != 0)
		return 2;
	if (getrlimit(RLIMIT_CORE, &limit) != 0 || limit.rlim_max != 0)
		return 3;
	return 0;
}

/* Whether the terminal that controls us can be opened; *error says why not. */
static bool
has_terminal(int *error)
{
	int fd = open("/dev/tty", O_RDWR);

	*error = errno;
	if (fd < 0)
		return false;
	close(fd);
	return true;
}

/* With a terminal that controls us, until we leave it. */
static int
leave_terminal(const char *folder)
{
	int master = posix_openpt(O_RDWR | O_NOCTTY);
	char name[64];
	int terminal;
	int error;
	int child;
	int status;

	(void)folder;
	if (master < 0 || grantpt(master) != 0 || unlockpt(master) != 0 ||
	    ptsname_r(master, name, sizeof(name)) != 0 || setsid() < 0 ||
	    (terminal = open(name, O_RDWR)) < 0)
		return 1;
	if (!has_terminal(&error)) {
		close(terminal);
		return 2;
	}
	if ((child = fork()) == 0) {
		bs_privileges_leave_terminal();
		_exit(!has_terminal(&error) && error == ENXIO ? 0 : 1);
	}
	close(terminal);
	signal(SIGHUP, SIG_IGN);
	if (waitpid(child, &status, 0) != child || !WIFEXITED(status))
		return 3;
	return WEXITSTATUS(status) == 0 ? 0 : 4;
}

static int
end_with_parent(const char *folder)
{
	int ends[2];
	pid_t child;
	char octet;

	(void)folder;
	if (pipe(ends) != 0)
		return 1;
	if ((child = fork()) == 0) {
		if (fork() == 0) {
			bs_privileges_end_with_parent();
			if (write(ends[1], "x", 1) == 1)
				pause();
			_exit(1);
		}
		/* it is killed once we end, and not before it is ready */
		_exit(read(ends[0], &octet, 1) == 1 ? 0 : 1);
	}
	close(ends[1]);
	if (waitpid(child, NULL, 0) != child)
		return 2;
	/* the end comes when the last one who could write is gone */
	return read(ends[0], &octet, 1) == 0 ? 0 : 3;
}

static void
test_children(void **state)
{
	(void)state;
	assert_int_equal(in_child(leave_terminal, ""), 0);
	assert_int_equal(in_child(end_with_parent, ""), 0);
}

static void
test_become(void **state)
{
	const struct passwd *pw = getpwnam(other_user);
	char folder[64];

	(void)state;
	if (geteuid() != 0) {
		/* nothing to give up, and that is no error */
		assert_int_equal(bs_privileges_become("_no_such_user"), 0);
		assert_int_equal(bs_privileges_become_owner("/"), 0);
		return;
	}
	assert_non_null(pw);
	folder_make(folder, sizeof(folder));
	assert_int_equal(chown(folder, pw->pw_uid, pw->pw_gid), 0);
	assert_int_equal(in_child(become_user, folder), 0);
	assert_int_equal(in_child(become_owner, folder), 0);
	folder_remove(folder);
}

static void
test_close_doors(void **state)
{
	(void)state;
	assert_int_equal(in_child(close_doors, ""), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_become),
	    cmocka_unit_test(test_close_doors),
	    cmocka_unit_test(test_children),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
