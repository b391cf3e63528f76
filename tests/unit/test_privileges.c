/* Powers given up, and no way back to them. */
#include <errno.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

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
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
