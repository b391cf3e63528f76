/* New connections: taken a few at a time, after everything else.
 *
 * libevent's own listener accepts as long as anybody connects: whoever connects
 * in a loop would keep peers, timers and signals waiting. And where descriptors
 * run out it is called again and again, and logs each time. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <event2/event.h>

#include "common/base/log.h"
#include "common/base/monotonic.h"
#include "common/engine/accept.h"

/* Connections that one round of the loop takes, at most. */
#define ROUND_MAX 16

/* Where the loop is always busy, a round comes so often. */
#define TURN_MS 10

/* How long none are taken where there is no room for one. */
#define PAUSE_MS 1000

struct bs_accept {
	int fd;
	struct event *listener;
	struct event *turn;
	struct event *resume;
	const struct bs_accept_events *events;
	void *context;
	bool is_stopped;
	struct bs_log_limit limit;
};

static void
arm(struct event *event, int ms)
{
	const struct timeval delay = {ms / 1000, (ms % 1000) * 1000L};

	if (!evtimer_pending(event, NULL))
		(void)evtimer_add(event, &delay);
}

/* Leaves new connections in the kernel's queue for a while. */
static void
pause_a_while(struct bs_accept *accept, const char *why)
{
	unsigned missed;

	(void)event_del(accept->listener);
	arm(accept->resume, PAUSE_MS);
	if (bs_log_allowed(&accept->limit, bs_monotonic_ms(), &missed))
		bs_log(BS_LOG_WARNING,
		    "new connections wait a second: %s (%u times more)", why,
		    missed);
}

/* Whether the one that came went away before it was taken (accept(2)). */
static bool
is_harmless(int error)
{
	return error == ECONNABORTED || error == EINTR || error == EPROTO ||
	       error == EPERM;
}

static void
take_some(struct bs_accept *accept)
{
	for (int i = 0; i < ROUND_MAX && !accept->is_stopped; i++) {
		int fd;

		if (!accept->events->has_room(accept->context)) {
			pause_a_while(accept, "there are as many as can be");
			return;
		}
		fd = accept4(accept->fd, NULL, NULL,
		    SOCK_NONBLOCK | SOCK_CLOEXEC);
		if (fd >= 0) {
			accept->events->came(accept->context, fd);
		} else if (errno == EAGAIN || errno == EWOULDBLOCK) {
			return;
		} else if (!is_harmless(errno)) {
			pause_a_while(accept, strerror(errno));
			return;
		}
	}
}

static void
on_connection(evutil_socket_t fd, short what, void *context)
{
	(void)fd;
	(void)what;
	take_some(context);
}

static void
on_turn(evutil_socket_t fd, short what, void *context)
{
	struct bs_accept *accept = context;

	(void)fd;
	(void)what;
	if (!evtimer_pending(accept->resume, NULL))
		take_some(accept);
}

static void
on_resume(evutil_socket_t fd, short what, void *context)
{
	struct bs_accept *accept = context;

	(void)fd;
	(void)what;
	if (!accept->is_stopped)
		(void)event_add(accept->listener, NULL);
}

struct bs_accept *
bs_accept_new(struct event_base *base, int listen_fd,
    const struct bs_accept_events *events, void *context)
{
	struct bs_accept *accept = calloc(1, sizeof(*accept));

	if (accept == NULL) {
		close(listen_fd);
		return NULL;
	}
	accept->fd = listen_fd;
	accept->events = events;
	accept->context = context;
	accept->turn = evtimer_new(base, on_turn, accept);
	accept->resume = evtimer_new(base, on_resume, accept);
	accept->listener = event_new(base, listen_fd, EV_READ | EV_PERSIST,
	    on_connection, accept);
	if (accept->turn == NULL || accept->resume == NULL ||
	    accept->listener == NULL ||
	    event_priority_set(accept->listener, BS_ACCEPT_PRIORITIES - 1) !=
		0 ||
	    event_add(accept->listener, NULL) != 0) {
		bs_accept_free(accept);
		return NULL;
	}
	return accept;
}

void
bs_accept_free(struct bs_accept *accept)
{
	if (accept == NULL)
		return;
	if (accept->listener != NULL)
		event_free(accept->listener);
	if (accept->turn != NULL)
		event_free(accept->turn);
	if (accept->resume != NULL)
		event_free(accept->resume);
	close(accept->fd);
	free(accept);
}

void
bs_accept_stop(struct bs_accept *accept)
{
	accept->is_stopped = true;
	(void)event_del(accept->listener);
}

void
bs_accept_owe_turn(struct bs_accept *accept)
{
	if (!accept->is_stopped)
		arm(accept->turn, TURN_MS);
}
