/* What is half done is removed when the program is told to end. */
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/cli/store/interrupt.h"

#define PATHS_MAX 8

static const int numbers[] = {SIGHUP, SIGINT, SIGTERM};
#define NUMBERS (sizeof(numbers) / sizeof(numbers[0]))

/* A signal handler has no context, and may call little: unlink(2), rmdir(2). */
static char paths[PATHS_MAX][PATH_MAX];
static volatile sig_atomic_t count;
static pid_t owner;

static void
end(int number)
{
	if (getpid() == owner)
		for (int i = 0; i < count; i++)
			if (unlink(paths[i]) != 0)
				(void)rmdir(paths[i]);
	/* it had its effect reset, and waits until this returns */
	(void)raise(number);
}

/* A signal that is ignored, as of nohup(1), stays so. */
static void
install(void)
{
	struct sigaction action = {.sa_handler = end,
	    .sa_flags = (int)SA_RESETHAND};
	struct sigaction old;

	sigfillset(&action.sa_mask);
	for (size_t i = 0; i < NUMBERS; i++)
		if (sigaction(numbers[i], NULL, &old) == 0 &&
		    old.sa_handler == SIG_DFL)
			(void)sigaction(numbers[i], &action, NULL);
}

void
bs_interrupt_removes(const char *path)
{
	int at = count;

	if (at >= PATHS_MAX || strlen(path) >= PATH_MAX)
		return;
	if (owner != getpid()) {
		owner = getpid();
		install();
	}
	snprintf(paths[at], sizeof(paths[at]), "%s", path);
	count = at + 1;
}

void
bs_interrupt_forget(void)
{
	count = 0;
}

static void
mask(int how)
{
	sigset_t set;

	sigemptyset(&set);
	for (size_t i = 0; i < NUMBERS; i++)
		sigaddset(&set, numbers[i]);
	(void)sigprocmask(how, &set, NULL);
}

void
bs_interrupt_hold(void)
{
	mask(SIG_BLOCK);
}

void
bs_interrupt_release(void)
{
	mask(SIG_UNBLOCK);
}
