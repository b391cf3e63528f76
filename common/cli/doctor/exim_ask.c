/* What Exim itself says of its configuration; run with care.
 *
 * Exim is set-uid root, so the user "nobody" can ask it as well as root. From
 * that user Exim hides only the values of macros and of options marked "hide".
 * Its answer has a limit of time and of size. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "common/base/monotonic.h"
#include "common/base/privileges.h"
#include "common/cli/doctor/exim_ask.h"

#define PATIENCE_MS 5000
#define TEXT_MAX_BYTES (4 * 1024 * 1024)

/* One run of Exim: how it is started, and what it gave. */
struct run {
	const char *program;
	const char *file; /* its configuration; NULL: its own */
	const char *user; /* who it runs as where we are root; NULL: root */
	int stream;	  /* whose octets are read: 1 or 2 */
	int64_t until_ms; /* of the monotonic clock */
	char *out;
	size_t size;
	size_t len;
	int status; /* of waitpid() */
};

static _Noreturn void
become_exim(const struct run *run, int out)
{
	char program[] = "exim";
	char option[] = "-bP";
	char name[] = "config";
	char path[] = "PATH=/usr/sbin:/usr/bin:/sbin:/bin";
	char file_option[] = "-C";
	char file[PATH_MAX] = "";
	char *const own[] = {program, option, name, NULL};
	char *const other_file[] = {program, file_option, file, option, name,
	    NULL};
	char *const environment[] = {path, NULL};
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	int other =
	    run->stream == STDOUT_FILENO ? STDERR_FILENO : STDOUT_FILENO;

	if (run->file != NULL)
		snprintf(file, sizeof(file), "%s", run->file);
	/* no terminal to type into */
	if (setsid() < 0 || null < 0 || dup2(null, STDIN_FILENO) < 0 ||
	    dup2(null, other) < 0 || dup2(out, run->stream) < 0 ||
	    chdir("/") != 0)
		_exit(127);
	if (run->user != NULL && bs_privileges_become(run->user) != 0)
		_exit(127);
	execve(run->program, run->file != NULL ? other_file : own, environment);
	_exit(127);
}

/* Reads until the end. Returns 0, -EFBIG, -ETIMEDOUT or -errno. */
static int
hear(struct run *run, int fd)
{
	for (;;) {
		struct pollfd pollfd = {.fd = fd, .events = POLLIN};
		int64_t left_ms = run->until_ms - bs_monotonic_ms();
		ssize_t n;

		if (left_ms <= 0)
			return -ETIMEDOUT;
		if (poll(&pollfd, 1, (int)left_ms) <= 0)
			continue;
		/* one octet stays free for a NUL */
		n = read(fd, run->out + run->len, run->size - 1 - run->len);
		if (n < 0)
			return -errno;
		if (n == 0)
			return 0;
		run->len += (size_t)n;
		if (run->len == run->size - 1)
			return -EFBIG;
	}
}

/* Waits for its end while there is time, and then kills it. We cannot kill it
 * where it runs as root and we do not: then it is left alone. */
static bool
bury(struct run *run, pid_t child)
{
	const struct timespec pause = {.tv_nsec = 5 * 1000 * 1000};
	pid_t found;

	while ((found = waitpid(child, &run->status, WNOHANG)) == 0 &&
	       bs_monotonic_ms() < run->until_ms)
		(void)nanosleep(&pause, NULL);
	if (found == child)
		return true;
	if (kill(child, SIGKILL) == 0)
		(void)waitpid(child, NULL, 0);
	return false;
}

/* Returns 0 where it ended by itself, with run->status set; or -errno. */
static int
run_exim(struct run *run)
{
	int ends[2];
	pid_t child;
	int rc;

	run->len = 0;
	run->until_ms = bs_monotonic_ms() + PATIENCE_MS;
	if (pipe2(ends, O_CLOEXEC) != 0)
		return -errno;
	if ((child = fork()) == 0)
		become_exim(run, ends[1]);
	rc = child < 0 ? -errno : 0;
	close(ends[1]);
	if (rc == 0) {
		if ((rc = hear(run, ends[0])) != 0)
			run->until_ms = 0;
		if (!bury(run, child) && rc == 0)
			rc = -ETIMEDOUT;
	}
	close(ends[0]);
	run->out[run->len] = '\0';
	return rc;
}

static bool
went_well(const struct run *run)
{
	return WIFEXITED(run->status) && WEXITSTATUS(run->status) == 0 &&
	       run->len > 0;
}

/* Exim's words without the time, on one line. */
static void
take_complaint(const struct run *run, char out[static BS_EXIM_COMPLAINT])
{
	static const char word[] = "Exim configuration error";
	const char *from = strstr(run->out, word);
	size_t len = 0;

	for (from = from != NULL ? from : run->out;
	     *from != '\0' && len + 1 < BS_EXIM_COMPLAINT; from++)
		if (*from != '\n')
			out[len++] = *from;
	out[len] = '\0';
}

/* Runs it as nobody, then as the caller, then for its complaint alone. */
static int
try(struct run *run, char complaint[static BS_EXIM_COMPLAINT])
{
	int rc;

	run->stream = STDOUT_FILENO;
	run->user = "nobody";
	if ((rc = run_exim(run)) != 0 || went_well(run))
		return rc;
	run->user = NULL;
	if ((rc = run_exim(run)) != 0 || went_well(run))
		return rc;
	run->stream = STDERR_FILENO;
	if (run_exim(run) == 0)
		take_complaint(run, complaint);
	return -EINVAL;
}

int
bs_exim_ask(const char *program, const char *file, char **text, size_t *len,
    char complaint[static BS_EXIM_COMPLAINT])
{
	struct run run = {.program = program,
	    .file = file,
	    .size = TEXT_MAX_BYTES};
	int rc;

	*text = NULL;
	*len = 0;
	complaint[0] = '\0';
	if (access(program, X_OK) != 0 ||
	    (file != NULL && access(file, F_OK) != 0))
		return -errno;
	if ((run.out = calloc(1, run.size)) == NULL)
		return -ENOMEM;
	if ((rc = try(&run, complaint)) != 0) {
		free(run.out);
		return rc;
	}
	*text = run.out;
	*len = run.len;
	return 0;
}
