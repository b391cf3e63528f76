/* Runs work on the store in a child that becomes the store's owner: root must
 * not leave files of its own there, and LMDB can crash on a damaged file. */
#include <errno.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/base/privileges.h"
#include "common/cli/output.h"
#include "common/cli/store/child.h"

static int
write_all(int fd, const void *octets, size_t len)
{
	const char *at = octets;
	ssize_t n;

	while (len > 0) {
		if ((n = write(fd, at, len)) < 0 && errno != EINTR)
			return -errno;
		if (n > 0) {
			at += n;
			len -= (size_t)n;
		}
	}
	return 0;
}

/* Returns 0, or -EPIPE where the other end closed too early. */
static int
read_all(int fd, void *octets, size_t len)
{
	char *at = octets;
	ssize_t n;

	while (len > 0) {
		if ((n = read(fd, at, len)) == 0)
			return -EPIPE;
		if (n < 0 && errno != EINTR)
			return -errno;
		if (n > 0) {
			at += n;
			len -= (size_t)n;
		}
	}
	return 0;
}

/* The child. It must not flush what the parent has yet to print. */
static _Noreturn void
serve(const struct bs_child *child, int fd)
{
	int rc;

	bs_privileges_close_doors();
	bs_privileges_leave_terminal();
	if ((rc = bs_privileges_become_owner(child->folder)) == 0) {
		bs_privileges_end_with_parent();
		rc = child->run(child);
	}
	if (write_all(fd, &rc, sizeof(rc)) == 0)
		(void)write_all(fd, child->result, child->size);
	_exit(0);
}

/* Waits for the child's answer, and counts the seconds on a terminal. */
static void
show_progress(const struct bs_child *child, int fd)
{
	struct pollfd pollfd = {.fd = fd, .events = POLLIN};
	unsigned seconds = 0;

	if (child->progress == NULL || !isatty(STDERR_FILENO))
		return;
	while (poll(&pollfd, 1, 1000) == 0) {
		fputs("\r", stderr);
		bs_print(stderr, "%s: %u s", child->progress, ++seconds);
	}
	if (seconds > 0)
		fputc('\n', stderr);
}

int
bs_child_run(const struct bs_child *child)
{
	int ends[2];
	pid_t pid;
	int status = 0;
	int answer = 0;
	int rc;

	if (pipe(ends) != 0)
		return -errno;
	if ((pid = fork()) < 0) {
		rc = -errno;
		close(ends[0]);
		close(ends[1]);
		return rc;
	}
	if (pid == 0) {
		close(ends[0]);
		serve(child, ends[1]);
	}
	close(ends[1]);
	show_progress(child, ends[0]);
	if ((rc = read_all(ends[0], &answer, sizeof(answer))) == 0)
		rc = read_all(ends[0], child->result, child->size);
	close(ends[0]);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (WIFSIGNALED(status))
		return -EUCLEAN;
	return rc != 0 ? rc : answer;
}
