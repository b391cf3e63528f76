/* The engine's end of the spf child: checks go in, findings come out. */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>

#include "common/engine/spf.h"
#include "common/engine/spf_message.h"
#include "common/engine/spf_poison.h"
#include "common/engine/spf_spawn.h"
#include "common/log.h"

/* Beyond its deadline a check is ended here: its child may hang. */
#define GRACE_MS 1000

/* Between the crash of a child that lived shortly and the next child. */
#define PAUSE_MS 1000
#define SHORT_LIFE_MS 10000

#define BUCKETS 1024

struct bs_spf_check {
	struct bs_spf_check *next; /* in its bucket */
	struct bs_spf *spf;
	uint64_t id;
	struct bs_spf_query query;
	bs_spf_done *done;
	bs_spf_traced *traced;
	void *context;
	struct event *deadline;
	unsigned crashes; /* of a child that was at work on it */
};

struct bs_spf {
	struct event_base *base;
	int control;
	char servers[BS_SPF_SERVERS_MAX];
	struct bs_spf_board *board;
	struct bufferevent *child; /* NULL: none now */
	struct event *respawn;
	int64_t born; /* monotonic ms */
	uint64_t last_id;
	unsigned count;
	struct bs_spf_check *buckets[BUCKETS];
	struct bs_spf_poison poison;
	struct bs_log_limit limit;
};

static int64_t
now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static int
set_servers(struct bs_spf *spf, const char *const *servers, size_t count)
{
	size_t len = 0;

	memset(spf->servers, 0, sizeof(spf->servers));
	for (size_t i = 0; i < count; i++) {
		size_t room = sizeof(spf->servers) - len;
		int put = snprintf(spf->servers + len, room, "%s%s",
		    i > 0 ? "," : "", servers[i]);

		if (put < 0 || (size_t)put >= room)
			return -EMSGSIZE;
		len += (size_t)put;
	}
	return 0;
}

int
bs_spf_start(const struct bs_spf_settings *settings, struct bs_spf **out)
{
	struct bs_spf *spf = calloc(1, sizeof(*spf));
	int rc;

	if (spf == NULL)
		return -ENOMEM;
	rc = set_servers(spf, settings->servers, settings->server_count);
	if (rc == 0)
		rc = bs_spf_spawner_start(settings->user, &spf->control,
		    &spf->board);
	if (rc != 0) {
		free(spf);
		return rc;
	}
	*out = spf;
	return 0;
}

static struct bs_spf_check **
link_of(struct bs_spf *spf, uint64_t id)
{
	struct bs_spf_check **link = &spf->buckets[id % BUCKETS];

	while (*link != NULL && (*link)->id != id)
		link = &(*link)->next;
	return link;
}

static void
destroy(struct bs_spf_check *check)
{
	if (check->deadline != NULL)
		event_free(check->deadline);
	free(check);
}

static void
forget(struct bs_spf_check *check)
{
	*link_of(check->spf, check->id) = check->next;
	check->spf->count--;
	destroy(check);
}

static void
finish(struct bs_spf_check *check, const struct bs_spf_finding *finding)
{
	bs_spf_done *done = check->done;
	void *context = check->context;

	forget(check);
	done(context, finding);
}

static void
give_up(struct bs_spf_check *check, const char *why)
{
	struct bs_spf_finding finding;

	bs_spf_finding_fail(&check->query, why, &finding);
	finish(check, &finding);
}

static void
order(struct bs_spf_check *check, bool cancelled)
{
	struct bs_spf_order order = {
	    .id = check->id,
	    .traced = check->traced != NULL,
	    .cancelled = cancelled,
	    .query = check->query,
	};

	/* without memory the check meets its deadline */
	if (check->spf->child != NULL)
		(void)bufferevent_write(check->spf->child, &order,
		    sizeof(order));
}

static void
on_message(struct bufferevent *child, void *context)
{
	struct bs_spf *spf = context;
	struct evbuffer *input = bufferevent_get_input(child);
	struct bs_spf_message message;
	struct bs_spf_check *check;

	while (spf->child == child &&
	       evbuffer_get_length(input) >= sizeof(message)) {
		(void)evbuffer_remove(input, &message, sizeof(message));
		check = *link_of(spf, message.id);
		if (check == NULL)
			continue;
		if (message.kind == BS_SPF_MESSAGE_FINDING)
			finish(check, &message.is.finding);
		else if (check->traced != NULL)
			check->traced(check->context, &message.is.step);
	}
}

static void on_gone(struct bufferevent *child, short what, void *context);

/* Gets a child and gives it every check there is. */
static void
spawn(struct bs_spf *spf)
{
	int fd = bs_spf_spawn(spf->control, spf->servers);

	if (fd < 0)
		return;
	spf->child =
	    bufferevent_socket_new(spf->base, fd, BEV_OPT_CLOSE_ON_FREE);
	if (spf->child == NULL) {
		close(fd);
		return;
	}
	spf->born = now_ms();
	bufferevent_setcb(spf->child, on_message, NULL, on_gone, spf);
	(void)bufferevent_enable(spf->child, EV_READ | EV_WRITE);
	for (size_t i = 0; i < BUCKETS; i++)
		for (struct bs_spf_check *check = spf->buckets[i];
		     check != NULL; check = check->next)
			order(check, false);
}

static void
on_respawn(evutil_socket_t fd, short what, void *context)
{
	struct bs_spf *spf = context;

	(void)fd;
	(void)what;
	if (spf->child == NULL)
		spawn(spf);
}

static void
drop_child(struct bs_spf *spf)
{
	if (spf->child != NULL)
		bufferevent_free(spf->child);
	spf->child = NULL;
}

/* Ends the checks that two children were lost with. */
static void
end_suspects(struct bs_spf *spf)
{
	for (size_t i = 0; i < BUCKETS; i++) {
		struct bs_spf_check *check = spf->buckets[i];

		while (check != NULL) {
			if (check->crashes < 2) {
				check = check->next;
				continue;
			}
			give_up(check, "checking it brings the checker down");
			/* who was told may have changed the list */
			check = spf->buckets[i];
		}
	}
}

/* Counts a crash for the check that the child was at work on: nobody can spoil
 * another one's mail by a record that brings libspf2 down. Where it was at work
 * on none, any of them may have been the cause, but none is to blame. */
static void
suspect(struct bs_spf *spf, struct bs_spf_check *culprit)
{
	if (culprit != NULL) {
		if (++culprit->crashes > 1)
			bs_spf_poison_add(&spf->poison, &culprit->query,
			    now_ms());
		return;
	}
	for (size_t i = 0; i < BUCKETS; i++)
		for (struct bs_spf_check *check = spf->buckets[i];
		     check != NULL; check = check->next)
			check->crashes++;
}

/* A child is gone. Each check is asked again of the next one, once. */
static void
on_gone(struct bufferevent *child, short what, void *context)
{
	struct bs_spf *spf = context;
	struct bs_spf_check *culprit = *link_of(spf, spf->board->at_work);
	const struct timeval pause = {PAUSE_MS / 1000, 0};
	bool lived_shortly = now_ms() - spf->born < SHORT_LIFE_MS;
	unsigned missed;

	(void)child;
	(void)what;
	drop_child(spf);
	if (bs_log_allowed(&spf->limit, now_ms(), &missed))
		bs_log(BS_LOG_WARNING,
		    "the spf child ended%s%.100s; another takes over (%u more)",
		    culprit == NULL ? "" : " at work on ",
		    culprit == NULL ? "" : culprit->query.sender, missed);
	suspect(spf, culprit);
	end_suspects(spf);
	if (culprit != NULL || !lived_shortly)
		spawn(spf);
	if (spf->child == NULL)
		(void)evtimer_add(spf->respawn, &pause);
}

int
bs_spf_attach(struct bs_spf *spf, struct event_base *base)
{
	spf->base = base;
	spf->respawn = evtimer_new(base, on_respawn, spf);
	return spf->respawn == NULL ? -ENOMEM : 0;
}

void
bs_spf_free(struct bs_spf *spf)
{
	struct bs_spf_check *check;

	if (spf == NULL)
		return;
	for (size_t i = 0; i < BUCKETS; i++)
		while ((check = spf->buckets[i]) != NULL) {
			spf->buckets[i] = check->next;
			destroy(check);
		}
	drop_child(spf);
	if (spf->respawn != NULL)
		event_free(spf->respawn);
	close(spf->control);
	(void)munmap(spf->board, sizeof(*spf->board));
	free(spf);
}

static void
on_deadline(evutil_socket_t fd, short what, void *context)
{
	struct bs_spf_check *check = context;

	(void)fd;
	(void)what;
	order(check, true);
	give_up(check, "the check took too long");
}

/* What can be said without asking; on the next round of the loop, so that
 * done is never called from within bs_spf_ask(). */
static void
on_refusal(evutil_socket_t fd, short what, void *context)
{
	(void)fd;
	(void)what;
	give_up(context, "there is no checker, or it failed at this domain");
}

struct bs_spf_check *
bs_spf_trace(struct bs_spf *spf, const struct bs_spf_query *query,
    bs_spf_done *done, bs_spf_traced *traced, void *context)
{
	struct bs_spf_check *check = calloc(1, sizeof(*check));
	unsigned ms = query->deadline_ms + GRACE_MS;
	struct timeval delay = {ms / 1000, (ms % 1000) * 1000L};
	bool refused = spf->count >= BS_SPF_CHECKS_MAX ||
		       bs_spf_poison_has(&spf->poison, query, now_ms());

	if (check == NULL)
		return NULL;
	check->spf = spf;
	check->query = *query;
	check->done = done;
	check->traced = traced;
	check->context = context;
	if (spf->child == NULL && !evtimer_pending(spf->respawn, NULL))
		spawn(spf);
	if (refused || spf->child == NULL)
		memset(&delay, 0, sizeof(delay));
	check->deadline = evtimer_new(spf->base,
	    refused || spf->child == NULL ? on_refusal : on_deadline, check);
	if (check->deadline == NULL ||
	    evtimer_add(check->deadline, &delay) != 0) {
		destroy(check);
		return NULL;
	}
	check->id = ++spf->last_id;
	check->next = spf->buckets[check->id % BUCKETS];
	spf->buckets[check->id % BUCKETS] = check;
	spf->count++;
	if (!refused)
		order(check, false);
	return check;
}

struct bs_spf_check *
bs_spf_ask(struct bs_spf *spf, const struct bs_spf_query *query,
    bs_spf_done *done, void *context)
{
	return bs_spf_trace(spf, query, done, NULL, context);
}

void
bs_spf_cancel(struct bs_spf *spf, struct bs_spf_check *check)
{
	(void)spf;
	order(check, true);
	forget(check);
}

void
bs_spf_renew(struct bs_spf *spf, const char *const *servers,
    size_t server_count)
{
	if (set_servers(spf, servers, server_count) != 0)
		bs_log(BS_LOG_ERR, "the list of DNS servers is too long");
	if (spf->child == NULL)
		return;
	drop_child(spf);
	spawn(spf);
}
