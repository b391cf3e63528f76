/* Powers given up: root, new privileges, core dumps. */
#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/base/privileges.h"

/* The groups are set already. A process that could get root back has given
 * up nothing, so that is tried. */
static int
become_ids(uid_t uid, gid_t gid)
{
	if (setresgid(gid, gid, gid) != 0 || setresuid(uid, uid, uid) != 0)
		return -errno;
	if (getuid() != uid || geteuid() != uid || getgid() != gid ||
	    getegid() != gid)
		return -EPERM;
	if (uid != 0 && (setuid(0) == 0 || seteuid(0) == 0))
		return -EPERM;
	return 0;
}

int
bs_privileges_become(const char *user)
{
	const struct passwd *pw;

	if (geteuid() != 0)
		return 0;
	errno = 0;
	if ((pw = getpwnam(user)) == NULL)
		return errno == 0 ? -ENOENT : -errno;
	if (initgroups(user, pw->pw_gid) != 0)
		return -errno;
	return become_ids(pw->pw_uid, pw->pw_gid);
}

int
bs_privileges_become_owner(const char *folder)
{
	struct stat st;

	if (geteuid() != 0)
		return 0;
	if (stat(folder, &st) != 0)
		return -errno;
	if (!S_ISDIR(st.st_mode))
		return -ENOTDIR;
	if (setgroups(1, &st.st_gid) != 0)
		return -errno;
	return become_ids(st.st_uid, st.st_gid);
}

void
bs_privileges_leave_terminal(void)
{
	/* it fails for the leader of a group alone, and no child is one */
	(void)setsid();
}

void
bs_privileges_end_with_parent(void)
{
	/* another user's process loses it (prctl(2)), so not before that */
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
}

void
bs_privileges_close_doors(void)
{
	const struct rlimit none = {0, 0};

	/* Linux has all of these; where a kernel refuses one, running on
	 * without it beats not running. */
	(void)setrlimit(RLIMIT_CORE, &none);
	(void)prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	(void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}
