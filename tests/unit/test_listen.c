/* The engine's socket, as systemd passes it and as it is made. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pwd.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/engine/listen.h"
#include "tests/unit/folder.h"
#include "tests/unit/unit.h"

#define PASSED_FD 3

static struct {
	char folder[PATH_MAX];
	char path[PATH_MAX + 8];
} place;

static int
set_up(void **state)
{
	(void)state;
	folder_make(place.folder, sizeof(place.folder));
	snprintf(place.path, sizeof(place.path), "%s/sock", place.folder);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	folder_remove(place.folder);
	return 0;
}

/* A socket as systemd makes it: bound to the path, with a mode of its own. */
static int
systemd_socket(void)
{
	struct sockaddr_un name = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	assert_in_range(strlen(place.path), 1, sizeof(name.sun_path) - 1);
	memcpy(name.sun_path, place.path, strlen(place.path) + 1);
	assert_int_equal(bind(fd, (struct sockaddr *)&name, sizeof(name)), 0);
	assert_int_equal(chmod(place.path, 0640), 0);
	assert_int_equal(listen(fd, 5), 0);
	return fd;
}

struct passing {
	int fd;
	const char *count;
	bool other_pid;
	int expected; /* the descriptor, a negative error, or 0: one it made */
};

/* What sd_listen_fds(3) says of the environment. Returns what it got. */
static int
take(const struct passing *passing, bool *is_ours)
{
	char pid[16];

	if (passing->fd != PASSED_FD &&
	    dup2(passing->fd, PASSED_FD) != PASSED_FD)
		_exit(10);
	snprintf(pid, sizeof(pid), "%ld",
	    (long)(passing->other_pid ? getppid() : getpid()));
	setenv("LISTEN_PID", pid, 1);
	setenv("LISTEN_FDS", passing->count, 1);
	setenv("LISTEN_FDNAMES", "backstopd.socket", 1);
	return bs_listen(place.path, "nobody", is_ours);
}

/* Returns 0, or which of the claims is not so. */
static int
check_taken(int got)
{
	if ((fcntl(got, F_GETFD) & FD_CLOEXEC) == 0 ||
	    (fcntl(got, F_GETFL) & O_NONBLOCK) == 0)
		return 1;
	if (getenv("LISTEN_PID") != NULL || getenv("LISTEN_FDS") != NULL ||
	    getenv("LISTEN_FDNAMES") != NULL)
		return 2; /* children would take it for theirs */
	return 0;
}

static int
work(const struct passing *passing)
{
	bool is_ours = passing->expected > 0;
	int got = take(passing, &is_ours);

	if (passing->expected < 0)
		return got == passing->expected ? 0 : 20;
	if (got < 0)
		return 21;
	if (passing->expected == 0)
		return is_ours && got != PASSED_FD ? 0 : 22;
	if (is_ours || got != passing->expected)
		return 23;
	return check_taken(got);
}

/* In a child, as descriptor 3 is somebody else's here. */
static void
expect(const struct passing *passing)
{
	int status;
	pid_t child = fork();

	if (child == 0)
		_exit(work(passing));
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

static void
takes_the_socket_of_systemd(void **state)
{
	struct stat before;
	struct stat after;
	int fd = systemd_socket();

	(void)state;
	assert_int_equal(stat(place.path, &before), 0);
	expect(&(struct passing){fd, "1", false, PASSED_FD});
	assert_int_equal(stat(place.path, &after), 0);
	assert_int_equal(after.st_ino, before.st_ino);
	assert_int_equal(after.st_mode, before.st_mode);
	close(fd);
}

/* Meant for another process, or none: a socket of our own. */
static void
leaves_what_is_passed_to_others(void **state)
{
	int fd = open("/dev/null", O_RDONLY);

	(void)state;
	expect(&(struct passing){fd, "1", true, 0});
	expect(&(struct passing){fd, "0", false, 0});
	expect(&(struct passing){fd, "", false, 0});
	close(fd);
}

/* A descriptor that is no listening socket is not used: nobody could ask the
 * engine. */
static void
refuses_what_is_no_socket(void **state)
{
	int fd = open("/dev/null", O_RDONLY);
	int deaf = socket(AF_UNIX, SOCK_STREAM, 0);

	(void)state;
	expect(&(struct passing){fd, "1", false, 0});
	expect(&(struct passing){deaf, "1", false, 0});
	close(deaf);
	close(fd);
}

/* A socket at which somebody listens is left to them. */
static void
leaves_a_socket_that_is_in_use(void **state)
{
	int fd = systemd_socket();
	struct stat before;
	struct stat after;

	(void)state;
	assert_int_equal(stat(place.path, &before), 0);
	expect(&(struct passing){fd, "1", true, -EADDRINUSE});
	assert_int_equal(stat(place.path, &after), 0);
	assert_int_equal(after.st_ino, before.st_ino);
	close(fd);
}

static void
makes_a_socket(void **state)
{
	struct stat st;
	bool is_ours = false;
	int fd = bs_listen(place.path, "nobody", &is_ours);
	int again;

	(void)state;
	assert_true(fd >= 0);
	assert_true(is_ours);
	assert_int_equal(stat(place.path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0666);
	close(fd);
	again = bs_listen(place.path, "nobody", &is_ours); /* left behind */
	assert_true(again >= 0);
	close(again);
}

/* Connects as another user. Returns errno. */
static int
connect_as(uid_t uid)
{
	struct sockaddr_un name = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
	int status;
	pid_t child = fork();

	if (child == 0) {
		memcpy(name.sun_path, place.path, strlen(place.path) + 1);
		if (setresgid(uid, uid, uid) != 0 ||
		    setresuid(uid, uid, uid) != 0)
			_exit(255);
		_exit(connect(fd, (struct sockaddr *)&name, sizeof(name)) == 0
			  ? 0
			  : errno);
	}
	close(fd);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void
clients_alone_can_connect(void **state)
{
	struct bs_clients clients = {.count = 2, .uids = {64101, 64103}};
	bool is_ours = false;
	int fd;
	int rc;

	(void)state;
	if (geteuid() != 0)
		skip();
	assert_int_equal(chmod(place.folder, 0755), 0);
	fd = bs_listen(place.path, "root", &is_ours);
	assert_true(fd >= 0);
	assert_false(bs_listen_is_narrowed(place.path));
	assert_int_equal(connect_as(64102), 0);
	if ((rc = bs_listen_admit(place.path, &clients)) == -EOPNOTSUPP) {
		print_message("skipped: no access control lists here\n");
		skip();
	}
	assert_int_equal(rc, 0);
	assert_true(bs_listen_is_narrowed(place.path));
	assert_int_equal(connect_as(64101), 0);
	assert_int_equal(connect_as(64102), EACCES);
	assert_int_equal(connect_as(64103), 0);
	assert_int_equal(connect_as(0), 0);
	/* others, after a reload */
	clients.count = 1;
	clients.uids[0] = 64102;
	assert_int_equal(bs_listen_admit(place.path, &clients), 0);
	assert_int_equal(connect_as(64101), EACCES);
	assert_int_equal(connect_as(64102), 0);
	close(fd);
}

/* What is not our own socket is left alone, wherever its name leads. */
static void
leaves_what_is_not_our_socket(void **state)
{
	const struct bs_clients clients = {0};
	char file[PATH_MAX + 8];
	struct stat before;
	struct stat after;
	int fd;

	(void)state;
	snprintf(file, sizeof(file), "%s/file", place.folder);
	fd = open(file, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
	assert_true(fd >= 0);
	assert_int_equal(fstat(fd, &before), 0);
	assert_int_equal(symlink(file, place.path), 0);
	assert_int_equal(bs_listen_admit(place.path, &clients), -EPERM);
	assert_int_equal(fstat(fd, &after), 0);
	assert_int_equal(after.st_mode, before.st_mode);
	assert_int_equal(after.st_ctim.tv_sec, before.st_ctim.tv_sec);
	close(fd);
}

/* As root, the socket is made by the user whose folder it is in. */
static void
the_user_makes_the_socket(void **state)
{
	const struct passwd *pw = getpwnam("nobody");
	struct stat st;
	bool is_ours = false;
	int fd;

	(void)state;
	if (geteuid() != 0)
		skip();
	assert_non_null(pw);
	assert_int_equal(chown(place.folder, pw->pw_uid, pw->pw_gid), 0);
	fd = bs_listen(place.path, "nobody", &is_ours);
	assert_true(fd >= 0);
	assert_int_equal(geteuid(), 0);
	assert_int_equal(getegid(), 0);
	assert_int_equal(stat(place.path, &st), 0);
	assert_int_equal(st.st_uid, pw->pw_uid);
	assert_int_equal(st.st_mode & 07777, 0666);
	close(fd);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(takes_the_socket_of_systemd, set_up,
		tear_down),
	    cmocka_unit_test_setup_teardown(leaves_what_is_passed_to_others,
		set_up, tear_down),
	    cmocka_unit_test_setup_teardown(refuses_what_is_no_socket, set_up,
		tear_down),
	    cmocka_unit_test_setup_teardown(leaves_a_socket_that_is_in_use,
		set_up, tear_down),
	    cmocka_unit_test_setup_teardown(makes_a_socket, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(the_user_makes_the_socket, set_up,
		tear_down),
	    cmocka_unit_test_setup_teardown(clients_alone_can_connect, set_up,
		tear_down),
	    cmocka_unit_test_setup_teardown(leaves_what_is_not_our_socket,
		set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
