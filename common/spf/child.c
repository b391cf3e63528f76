/* The spf child as the engine sees it: requested, sent orders, replaced. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <unistd.h>

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>

#include "common/spf/child.h"
#include "common/spf/spawn.h"
#include "common/base/log.h"
#include "common/base/monotonic.h"

/* Between the end of a child that did not live long and the next one. */
#define PAUSE_MS 1000
#define SHORT_LIFE_MS 10000

/* Octets that a child may leave unread: twice all the checks that it may have.
 */
#define UNREAD_MAX (2 * BS_SPF_CHECKS_MAX * sizeof(struct bs_spf_order))

struct bs_spf_child {
	struct event_base *base;
	const struct bs_spf_child_events *events;
	void *context;
	int control;
	struct event *control_event;
	struct event *pause;
	struct bs_spf_board *board;
	struct bufferevent *socket; /* NULL: there is none */
	bool is_requested;
	bool is_lost;
	int64_t born; /* monotonic ms */
	int64_t heard;
	char servers[BS_SPF_SERVERS_MAX];
};

static int
set_servers(struct bs_spf_child *child, const char *const *servers,
    size_t count)
{
	size_t len = 0;

	memset(child->servers, 0, sizeof(child->servers));
	for (size_t i = 0; i < count; i++) {
		size_t room = sizeof(child->servers) - len;
		int put = snprintf(child->servers + len, room, "%s%s",
		    i > 0 ? "," : "", servers[i]);

		if (put < 0 || (size_t)put >= room)
			return -EMSGSIZE;
		len += (size_t)put;
	}
	return 0;
}

int
bs_spf_child_start(const struct bs_spf_settings *settings,
    struct bs_spf_child **out)
{
	struct bs_spf_child *child = calloc(1, sizeof(*child));
	int rc;

	if (child == NULL)
		return -ENOMEM;
	rc = set_servers(child, settings->servers, settings->server_count);
	if (rc == 0)
		rc = bs_spf_spawner_start(settings->user, &child->control,
		    &child->board);
	if (rc != 0) {
		free(child);
		return rc;
	}
	*out = child;
	return 0;
}

static void
drop(struct bs_spf_child *child)
{
	if (child->socket != NULL)
		bufferevent_free(child->socket);
	child->socket = NULL;
}

static void
lose(struct bs_spf_child *child)
{
	bs_log(BS_LOG_ERR, "the process that makes spf children is gone: SPF "
			   "is not checked until backstopd is restarted");
	child->is_lost = true;
	(void)event_del(child->control_event);
	child->events->lost(child->context);
}

static void
pause_a_while(struct bs_spf_child *child)
{
	const struct timeval delay = {PAUSE_MS / 1000, 0};

	(void)evtimer_add(child->pause, &delay);
}

void
bs_spf_child_want(struct bs_spf_child *child)
{
	int rc;

	if (child->socket != NULL || child->is_requested || child->is_lost ||
	    evtimer_pending(child->pause, NULL))
		return;
	rc = bs_spf_spawner_request(child->control, child->servers);
	child->is_requested = rc == 0;
	if (rc != 0)
		pause_a_while(child); /* if it is gone, control tells */
}

static void
on_pause(evutil_socket_t fd, short what, void *context)
{
	(void)fd;
	(void)what;
	bs_spf_child_want(context);
}

/* The child is gone, or has to go. */
static void
replace(struct bs_spf_child *child)
{
	bool lived_shortly = bs_monotonic_ms() - child->born < SHORT_LIFE_MS;
	uint64_t at_work = child->board->at_work;

	drop(child);
	child->events->gone(child->context, at_work);
	if (at_work == 0 && lived_shortly)
		pause_a_while(child);
	else
		bs_spf_child_want(child);
}

static void
on_message(struct bufferevent *socket, void *context)
{
	struct bs_spf_child *child = context;
	struct evbuffer *input = bufferevent_get_input(socket);
	struct bs_spf_message message;

	child->heard = bs_monotonic_ms();
	while (child->socket == socket &&
	       evbuffer_get_length(input) >= sizeof(message)) {
		(void)evbuffer_remove(input, &message, sizeof(message));
		if (bs_spf_message_tidy(&message) != 0) {
			bs_log(BS_LOG_ERR,
			    "the spf child says what it cannot mean");
			replace(child);
			return;
		}
		child->events->message(child->context, &message);
	}
}

static void
on_end(struct bufferevent *socket, short what, void *context)
{
	(void)socket;
	(void)what;
	replace(context);
}

static void
adopt(struct bs_spf_child *child, int fd)
{
	drop(child);
	child->socket =
	    bufferevent_socket_new(child->base, fd, BEV_OPT_CLOSE_ON_FREE);
	if (child->socket == NULL) {
		close(fd);
		pause_a_while(child);
		return;
	}
	child->born = bs_monotonic_ms();
	child->heard = 0;
	bufferevent_setcb(child->socket, on_message, NULL, on_end, child);
	(void)bufferevent_enable(child->socket, EV_READ | EV_WRITE);
	child->events->came(child->context);
}

/* The spawner sends a child, or ends. */
static void
on_control(evutil_socket_t control, short what, void *context)
{
	struct bs_spf_child *child = context;
	int fd = bs_spf_spawner_take(control);

	(void)what;
	if (fd == -EAGAIN)
		return;
	if (fd == -EPIPE) {
		lose(child);
		return;
	}
	child->is_requested = false;
	if (fd >= 0)
		adopt(child, fd);
	else
		pause_a_while(child);
}

int
bs_spf_child_attach(struct bs_spf_child *child, struct event_base *base,
    const struct bs_spf_child_events *events, void *context)
{
	child->base = base;
	child->events = events;
	child->context = context;
	child->pause = evtimer_new(base, on_pause, child);
	child->control_event = event_new(base, child->control,
	    EV_READ | EV_PERSIST, on_control, child);
	if (child->pause == NULL || child->control_event == NULL)
		return -ENOMEM;
	return event_add(child->control_event, NULL) == 0 ? 0 : -ENOMEM;
}

void
bs_spf_child_free(struct bs_spf_child *child)
{
	if (child == NULL)
		return;
	drop(child);
	if (child->pause != NULL)
		event_free(child->pause);
	if (child->control_event != NULL)
		event_free(child->control_event);
	close(child->control);
	(void)munmap(child->board, sizeof(*child->board));
	free(child);
}

void
bs_spf_child_send(struct bs_spf_child *child, const struct bs_spf_order *order)
{
	struct evbuffer *output;

	if (child->socket == NULL)
		return;
	output = bufferevent_get_output(child->socket);
	/* a child that does not read misses the deadlines of its checks, and is
	 * replaced then */
	if (evbuffer_get_length(output) < UNREAD_MAX)
		(void)bufferevent_write(child->socket, order, sizeof(*order));
}

void
bs_spf_child_replace(struct bs_spf_child *child)
{
	if (child->socket != NULL)
		replace(child);
}

void
bs_spf_child_renew(struct bs_spf_child *child, const char *const *servers,
    size_t server_count)
{
	if (set_servers(child, servers, server_count) != 0)
		bs_log(BS_LOG_ERR, "the list of DNS servers is too long");
	if (child->socket == NULL)
		return;
	drop(child);
	bs_spf_child_want(child);
}

int64_t
bs_spf_child_heard(const struct bs_spf_child *child)
{
	return child->heard;
}

bool
bs_spf_child_is_lost(const struct bs_spf_child *child)
{
	return child->is_lost;
}
