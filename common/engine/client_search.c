/* Looks the users of "clients" up, wherever this host keeps its users. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <event2/event.h>

#include "common/base/monotonic.h"
#include "common/base/privileges.h"
#include "common/engine/client_search.h"
#include "common/engine/clients.h"

#define DEADLINE_SECONDS 30
#define ANSWERS_FD 3
#define SIGNALS_MAX 32

/* As it comes through the pipe, whole: it is smaller than PIPE_BUF. */
struct finding {
	char name[BS_CLIENT_NAME];
	bool exists;
	uid_t uid;
};

struct bs_client_search {
	bs_client_found *found;
	void *context;
	struct event_base *base;
	struct event *answers;
	int fd;	     /* of the pipe, or -1 */
	pid_t child; /* not waited for yet, or 0 */
	int64_t begun_ms;
	bool has_begun;
};

struct bs_client_search *
bs_client_search_new(struct event_base *base, bs_client_found *found,
    void *context)
{
	struct bs_client_search *search = calloc(1, sizeof(*search));

	if (search == NULL)
		return NULL;
	search->base = base;
	search->found = found;
	search->context = context;
	search->fd = -1;
	return search;
}

static void
stop_listening(struct bs_client_search *search)
{
	if (search->answers != NULL)
		event_free(search->answers);
	search->answers = NULL;
	if (search->fd != -1)
		close(search->fd);
	search->fd = -1;
}

void
bs_client_search_free(struct bs_client_search *search)
{
	if (search == NULL)
		return;
	stop_listening(search);
	if (search->child != 0)
		(void)kill(search->child, SIGKILL);
	free(search);
}

/* Leaves nothing of the engine's open: a peer's connection would not end as
 * long as we have it, and a new engine would find the old one's socket in use.
 */
static void
leave_engine(int fd)
{
	bs_privileges_leave_terminal();
	bs_privileges_end_with_parent();
	for (int number = 1; number < SIGNALS_MAX; number++)
		(void)signal(number, SIG_DFL);
	if (dup2(fd, ANSWERS_FD) != ANSWERS_FD ||
	    close_range(ANSWERS_FD + 1, ~0U, 0) != 0)
		_exit(1);
}

/* The child. A name that could not be asked for is left out (getpwnam(3)). */
static void
search_all(int fd, const struct bs_words *names)
{
	leave_engine(fd);
	alarm(DEADLINE_SECONDS);
	for (size_t i = 0; i < names->count; i++) {
		struct finding finding = {.exists = false};
		const struct passwd *pw;

		if (strlen(names->words[i]) >= sizeof(finding.name))
			continue;
		errno = 0;
		pw = getpwnam(names->words[i]);
		if (pw == NULL && errno != 0 && errno != ENOENT &&
		    errno != ESRCH)
			continue;
		snprintf(finding.name, sizeof(finding.name), "%s",
		    names->words[i]);
		finding.exists = pw != NULL;
		finding.uid = pw != NULL ? pw->pw_uid : 0;
		if (write(ANSWERS_FD, &finding, sizeof(finding)) !=
		    (ssize_t)sizeof(finding))
			_exit(1);
	}
	_exit(0);
}

static void
on_answers(evutil_socket_t fd, short what, void *context)
{
	struct bs_client_search *search = context;
	struct finding finding;
	ssize_t len;

	(void)what;
	while ((len = read(fd, &finding, sizeof(finding))) ==
	       (ssize_t)sizeof(finding)) {
		finding.name[sizeof(finding.name) - 1] = '\0';
		search->found(search->context, finding.name,
		    finding.exists ? &finding.uid : NULL);
	}
	if (len >= 0 || errno != EAGAIN)
		stop_listening(search);
}

static bool
listen_to(struct bs_client_search *search, int fd)
{
	search->fd = fd;
	search->answers = event_new(search->base, fd, EV_READ | EV_PERSIST,
	    on_answers, search);
	return search->answers != NULL &&
	       event_add(search->answers, NULL) == 0 &&
	       fcntl(fd, F_SETFL, O_NONBLOCK) == 0;
}

bool
bs_client_search_begin(struct bs_client_search *search,
    const struct bs_words *names)
{
	int ends[2];

	bs_client_search_child_ended(search);
	if (search->child != 0 || pipe2(ends, O_CLOEXEC) != 0)
		return false;
	search->has_begun = true;
	search->begun_ms = bs_monotonic_ms();
	stop_listening(search);
	if (!listen_to(search, ends[0]) || (search->child = fork()) < 0) {
		search->child = 0;
		stop_listening(search);
	} else if (search->child == 0) {
		search_all(ends[1], names);
	}
	close(ends[1]);
	return search->child != 0;
}

bool
bs_client_search_is_recent(const struct bs_client_search *search, int ms)
{
	return search->has_begun && bs_monotonic_ms() - search->begun_ms < ms;
}

void
bs_client_search_wait(struct bs_client_search *search, int ms)
{
	int64_t end = bs_monotonic_ms() + ms;

	while (search->fd != -1) {
		struct pollfd pollfd = {.fd = search->fd, .events = POLLIN};
		int64_t left = end - bs_monotonic_ms();

		if (left <= 0 || poll(&pollfd, 1, (int)left) <= 0)
			return;
		on_answers(search->fd, EV_READ, search);
	}
}

void
bs_client_search_child_ended(struct bs_client_search *search)
{
	if (search->child != 0 &&
	    waitpid(search->child, NULL, WNOHANG) == search->child)
		search->child = 0;
}
