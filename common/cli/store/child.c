/* Runs work on the store in a child that becomes the store's owner. */
#include <errno.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/cli/cli.h"
#include "common/base/privileges.h"

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
	if ((rc = bs_privileges_become_owner(child->folder)) == 0)
		rc = child->run(child);
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
	while (poll(&pollfd, 1, 1000) == 0)
		fprintf(stderr, "\r%s: %u s", child->progress, ++seconds);
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

static int
look(const struct bs_child *child)
{
	struct bs_look *found = child->result;
	struct bs_store *store;
	int rc = bs_store_open(child->folder, BS_STORE_READ, &store);

	if (rc != 0)
		return rc;
	if ((rc = bs_store_stat(store, &found->stat)) == 0)
		rc = bs_meta_load(store, &found->meta);
	bs_store_close(store);
	return rc;
}

int
bs_look_at_store(const struct bs_config *config, struct bs_look *out)
{
	struct bs_state_folder_paths paths;
	struct bs_child child = {
	    .run = look,
	    .result = out,
	    .size = sizeof(*out),
	};
	int rc;

	memset(out, 0, sizeof(*out));
	if ((rc = bs_state_folder_paths(config->state, &paths)) != 0)
		return rc;
	child.folder = paths.store;
	rc = bs_child_run(&child);
	/* the store's owner wrote this, and the child is its: root trusts no
	 * count in it */
	if (rc == 0 && out->meta.gap_count > BS_GAPS_MAX)
		return -EUCLEAN;
	return rc;
}

bool
bs_look_doubts_clock(const struct bs_look *look, int64_t now)
{
	struct bs_clock clock = look->meta.clock;

	(void)bs_clock_look(&clock, bs_day_of(now));
	return clock.in_doubt;
}

unsigned
bs_look_for_lifetime(const struct bs_config *config, int64_t now)
{
	struct bs_look look_result;

	if (bs_look_at_store(config, &look_result) != 0)
		return config->lifetime_days;
	return bs_meta_lifetime(&look_result.meta, config->lifetime_days,
	    bs_day_of(now));
}
