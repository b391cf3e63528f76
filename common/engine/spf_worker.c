/* The spf child: checks in flight, DNS, libspf2 behind its guard.
 *
 * A check is run against the answers that are known. Where one is missing, it
 * waits for that one and is run again, from its beginning: libspf2 knows no
 * other way to wait without blocking. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>

#include "common/engine/confine.h"
#include "common/engine/dns_cache.h"
#include "common/engine/guard.h"
#include "common/engine/spf_worker.h"

#define CACHE_OCTETS ((size_t)64 << 20)

/* Answers that one check may need: 11 records, 10 terms, 10 hosts for each,
 * and the names of the client for p and ptr. */
#define ANSWERS_MAX 160

/* CPU time of one run; thousands of times what one needs. */
#define RUN_SECONDS 5

/* For one try of c-ares; it makes several. */
#define DNS_TRY_MS 2500

#define BUCKETS 1024

struct worker;

struct answer {
	struct bs_dns_known *known;
	unsigned elapsed_ms;
	bool cached;
};

struct check {
	struct check *next; /* in its bucket */
	struct worker *worker;
	uint64_t id;
	bool traced;
	struct bs_spf_query query;
	int64_t began; /* monotonic ms */
	int64_t asked; /* when the answer waited for was */
	struct event *deadline;
	struct bs_dns_waiter waiter;
	char missing[BS_HOST_MAX]; /* what the last run had no answer for */
	enum bs_dns_type missing_type;
	unsigned answer_count;
	struct answer answers[ANSWERS_MAX];
};

struct worker {
	struct event_base *base;
	struct bufferevent *engine;
	struct bs_dns *dns;
	struct bs_dns_cache *cache;
	struct bs_guard *guard;
	struct bs_spf_board *board;
	struct check *buckets[BUCKETS];
};

static int64_t
now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static struct check **
link_of(struct worker *worker, uint64_t id)
{
	struct check **link = &worker->buckets[id % BUCKETS];

	while (*link != NULL && (*link)->id != id)
		link = &(*link)->next;
	return link;
}

static void
end(struct check *check)
{
	struct check **link = link_of(check->worker, check->id);

	*link = check->next;
	bs_dns_cache_cancel(&check->waiter);
	for (unsigned i = 0; i < check->answer_count; i++)
		bs_dns_known_release(check->answers[i].known);
	if (check->deadline != NULL)
		event_free(check->deadline);
	free(check);
}

static void
send_steps(const struct check *check)
{
	struct bs_spf_message message;

	for (unsigned i = 0; i < check->answer_count; i++) {
		const struct answer *answer = &check->answers[i];
		const struct bs_dns_answer *said =
		    bs_dns_known_answer(answer->known);

		memset(&message, 0, sizeof(message));
		message.id = check->id;
		message.kind = BS_SPF_MESSAGE_STEP;
		message.is.step.type = bs_dns_known_type(answer->known);
		message.is.step.status = said->status;
		message.is.step.count = said->count;
		message.is.step.elapsed_ms = answer->elapsed_ms;
		message.is.step.cached = answer->cached;
		snprintf(message.is.step.name, sizeof(message.is.step.name),
		    "%s", bs_dns_known_name(answer->known));
		(void)bufferevent_write(check->worker->engine, &message,
		    sizeof(message));
	}
}

/* Sends what was found and ends the check. */
static void
finish(struct check *check, struct bs_spf_finding *finding)
{
	struct bs_spf_message message = {
	    .id = check->id,
	    .kind = BS_SPF_MESSAGE_FINDING,
	};

	finding->queries = check->answer_count;
	finding->elapsed_ms = (unsigned)(now_ms() - check->began);
	if (check->traced)
		send_steps(check);
	message.is.finding = *finding;
	(void)bufferevent_write(check->worker->engine, &message,
	    sizeof(message));
	end(check);
}

/* Ends a check that could not be made (RFC 7208 §2.6.6). */
static void
give_up(struct check *check, const char *why)
{
	struct bs_spf_finding finding;

	bs_spf_finding_fail(&check->query, why, &finding);
	finish(check, &finding);
}

static bool
keep_answer(struct check *check, struct bs_dns_known *known, bool cached)
{
	struct answer *answer;

	if (check->answer_count == ANSWERS_MAX)
		return false;
	answer = &check->answers[check->answer_count++];
	answer->known = known;
	answer->cached = cached;
	answer->elapsed_ms = cached ? 0 : (unsigned)(now_ms() - check->asked);
	return true;
}

/* What the guard asks for. An answer once given stays the same for the check,
 * whatever the cache does. */
static const struct bs_dns_answer *
on_lookup(void *context, const char *name, enum bs_dns_type type)
{
	struct check *check = context;
	struct bs_dns_known *known;

	for (unsigned i = 0; i < check->answer_count; i++)
		if (bs_dns_known_is(check->answers[i].known, name, type))
			return bs_dns_known_answer(check->answers[i].known);
	known = bs_dns_cache_find(check->worker->cache, name, type);
	if (known != NULL && keep_answer(check, known, true))
		return bs_dns_known_answer(known);
	bs_dns_known_release(known);
	snprintf(check->missing, sizeof(check->missing), "%s", name);
	check->missing_type = type;
	return NULL;
}

static int
run_guarded(struct check *check, struct bs_spf_finding *finding)
{
	static const struct itimerval none;
	static const struct itimerval limit = {.it_value = {RUN_SECONDS, 0}};
	struct worker *worker = check->worker;
	int rc;

	/* whoever runs for so long is ended, and known by the board */
	worker->board->at_work = check->id;
	(void)setitimer(ITIMER_PROF, &limit, NULL);
	rc = bs_guard_check(worker->guard, &check->query, time(NULL), on_lookup,
	    check, finding);
	(void)setitimer(ITIMER_PROF, &none, NULL);
	worker->board->at_work = 0;
	return rc;
}

static void
run(struct check *check)
{
	struct bs_spf_finding finding;

	if (run_guarded(check, &finding) == 0) {
		finish(check, &finding);
		return;
	}
	if (check->answer_count == ANSWERS_MAX) {
		give_up(check, "it needs too many answers of DNS");
		return;
	}
	check->asked = now_ms();
	bs_dns_cache_ask(check->worker->cache, check->missing,
	    check->missing_type, &check->waiter);
}

static void
on_answer(struct bs_dns_waiter *waiter, struct bs_dns_known *known)
{
	struct check *check = waiter->context;

	if (known == NULL || !keep_answer(check, known, false)) {
		bs_dns_known_release(known);
		give_up(check, "the spf child is short of memory");
		return;
	}
	run(check);
}

static void
on_deadline(evutil_socket_t fd, short what, void *context)
{
	(void)fd;
	(void)what;
	give_up(context, "DNS did not answer in time");
}

static void
begin(struct worker *worker, const struct bs_spf_order *order)
{
	struct check *check = calloc(1, sizeof(*check));
	unsigned ms = order->query.deadline_ms;
	const struct timeval delay = {ms / 1000, (ms % 1000) * 1000L};

	if (check == NULL)
		abort(); /* who asked has a deadline of its own */
	check->worker = worker;
	check->id = order->id;
	check->traced = order->traced;
	check->query = order->query;
	check->began = now_ms();
	check->waiter.done = on_answer;
	check->waiter.context = check;
	check->next = worker->buckets[order->id % BUCKETS];
	worker->buckets[order->id % BUCKETS] = check;
	check->deadline = evtimer_new(worker->base, on_deadline, check);
	if (check->deadline == NULL ||
	    evtimer_add(check->deadline, &delay) != 0) {
		give_up(check, "the spf child is short of memory");
		return;
	}
	run(check);
}

static void
on_order(struct bufferevent *engine, void *context)
{
	struct worker *worker = context;
	struct evbuffer *input = bufferevent_get_input(engine);
	struct bs_spf_order order;
	struct check *check;

	while (evbuffer_get_length(input) >= sizeof(order)) {
		(void)evbuffer_remove(input, &order, sizeof(order));
		if (!order.cancelled)
			begin(worker, &order);
		else if ((check = *link_of(worker, order.id)) != NULL)
			end(check);
	}
}

static void
on_gone(struct bufferevent *engine, short what, void *context)
{
	struct worker *worker = context;

	(void)engine;
	(void)what;
	(void)event_base_loopbreak(worker->base);
}

static int
prepare(struct worker *worker, const char *servers, int fd)
{
	int rc;

	if ((worker->base = event_base_new()) == NULL ||
	    (worker->guard = bs_guard_new()) == NULL ||
	    (worker->engine = bufferevent_socket_new(worker->base, fd,
		 BEV_OPT_CLOSE_ON_FREE)) == NULL)
		return -ENOMEM;
	rc = bs_dns_new(worker->base, servers, DNS_TRY_MS, &worker->dns);
	if (rc != 0)
		return rc;
	worker->cache = bs_dns_cache_new(worker->dns, CACHE_OCTETS);
	return worker->cache == NULL ? -ENOMEM : 0;
}

int
bs_spf_worker_run(const char *servers, struct bs_spf_board *board, int fd)
{
	/* of the process, as all that it has */
	static struct worker all;
	struct worker *worker = &all;
	int rc = prepare(worker, servers, fd);

	if (rc != 0)
		return rc;
	worker->board = board;
	bs_confine();
	bufferevent_setcb(worker->engine, on_order, NULL, on_gone, worker);
	if (bufferevent_enable(worker->engine, EV_READ | EV_WRITE) != 0)
		return -ENOMEM;
	event_base_dispatch(worker->base);
	return 0;
}
