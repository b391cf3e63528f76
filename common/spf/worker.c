/* The spf child: checks in flight, DNS, libspf2.
 *
 * A check is run against the answers of DNS that are known. Where one is
 * missing, the check stops, waits for it, and is run again from its beginning:
 * libspf2 can only wait by blocking, and would block all other checks. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>

#include "common/base/sandbox.h"
#include "common/dns/cache.h"
#include "common/spf/libspf2.h"
#include "common/spf/worker.h"
#include "common/base/monotonic.h"

#define CACHE_OCTETS ((size_t)64 << 20)

/* Answers that one check may need: 11 records, 10 terms, 10 hosts for each,
 * and the names of the client for p and ptr. */
#define ANSWERS_MAX 160

/* Octets of them; far more than a record for people, far less than would fill
 * the memory of a child. */
#define OCTETS_MAX ((size_t)1 << 20)

/* CPU time of all runs of one check: a thousand times what it needs. */
#define CPU_MAX_US 200000

/* How long an explanation is waited for once the result is known. */
#define EXPLAIN_MS 2000

/* CPU time after which one run is taken for endless, and the child is killed.
 */
#define RUN_SECONDS 5

/* For the first try of a question; each of the next has twice as long. */
#define DNS_TRY_MS 1500

#define BUCKETS 1024

struct worker;

struct answer {
	struct bs_dns_known *known;
	unsigned elapsed_ms;
	bool cached;
};

/* A question that a run had no answer to. */
struct wanted {
	struct check *check;
	struct bs_dns_waiter waiter;
	enum bs_dns_type type;
	char name[BS_HOST_MAX];
};

struct check {
	struct check *next; /* in its bucket */
	struct worker *worker;
	uint64_t id;
	bool traced;
	bool has_finding; /* but for its explanation */
	bool is_over;	  /* it wants more than one check may */
	struct bs_spf_query query;
	struct bs_spf_finding finding;
	int64_t began; /* monotonic ms */
	int64_t asked; /* when those wanted were */
	int64_t cpu_us;
	struct event *deadline;
	unsigned wanted_count;
	unsigned waiting; /* for so many of them */
	struct wanted wanted[BS_SPF_NAMES_MAX];
	size_t octets;
	unsigned answer_count;
	struct answer answers[ANSWERS_MAX];
};

struct worker {
	struct event_base *base;
	struct bufferevent *engine;
	struct bs_dns *dns;
	struct bs_dns_cache *cache;
	struct bs_libspf2 *libspf2;
	struct bs_spf_board *board;
	struct check *buckets[BUCKETS];
};

static int64_t
cpu_us(void)
{
	struct timespec used;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
	return (int64_t)used.tv_sec * 1000000 + used.tv_nsec / 1000;
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
	for (unsigned i = 0; i < check->wanted_count; i++)
		bs_dns_cache_cancel(&check->wanted[i].waiter);
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
	finding->elapsed_ms = (unsigned)(bs_monotonic_ms() - check->began);
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

/* Takes an answer over, unless it is one too many. */
static bool
keep_answer(struct check *check, struct bs_dns_known *known, bool cached)
{
	struct answer *answer;

	if (known == NULL)
		return false;
	check->octets += bs_dns_known_answer(known)->len;
	check->is_over = check->is_over || check->octets > OCTETS_MAX ||
			 check->answer_count == ANSWERS_MAX;
	if (check->is_over) {
		bs_dns_known_release(known);
		return false;
	}
	answer = &check->answers[check->answer_count++];
	answer->known = known;
	answer->cached = cached;
	answer->elapsed_ms =
	    cached ? 0 : (unsigned)(bs_monotonic_ms() - check->asked);
	return true;
}

/* Notes what is to be asked once the run has ended. */
static void
want(struct check *check, const char *name, enum bs_dns_type type)
{
	struct wanted *wanted = &check->wanted[check->wanted_count];

	if (check->wanted_count == BS_SPF_NAMES_MAX)
		return; /* the next run wants it */
	memset(wanted, 0, sizeof(*wanted));
	wanted->check = check;
	wanted->type = type;
	snprintf(wanted->name, sizeof(wanted->name), "%s", name);
	check->wanted_count++;
}

/* What the check asks DNS for. An answer once given stays the same for this
 * check, whatever the cache does. */
static const struct bs_dns_answer *
on_lookup(void *context, const char *name, enum bs_dns_type type)
{
	struct check *check = context;
	struct bs_dns_known *known;

	for (unsigned i = 0; i < check->answer_count; i++)
		if (bs_dns_known_is(check->answers[i].known, name, type))
			return bs_dns_known_answer(check->answers[i].known);
	known = bs_dns_cache_find(check->worker->cache, name, type);
	if (keep_answer(check, known, true))
		return bs_dns_known_answer(known);
	want(check, name, type);
	return NULL;
}

static int
run_libspf2(struct check *check)
{
	static const struct itimerval none;
	static const struct itimerval limit = {.it_value = {RUN_SECONDS, 0}};
	struct worker *worker = check->worker;
	int64_t before = cpu_us();
	int rc;

	/* a run that takes so long is ended by the signal, and the board
	 * tells the engine whose it was */
	worker->board->at_work = check->id;
	(void)setitimer(ITIMER_PROF, &limit, NULL);
	rc = bs_libspf2_check(worker->libspf2, &check->query, time(NULL),
	    on_lookup, check, &check->finding);
	(void)setitimer(ITIMER_PROF, &none, NULL);
	worker->board->at_work = 0;
	check->cpu_us += cpu_us() - before;
	return rc;
}

static void on_answer(struct bs_dns_waiter *waiter, struct bs_dns_known *known);

/* Asks for all that is wanted. Answers may come before this returns: waiting is
 * one too many until then, so that none of them runs the check from within.
 * Returns whether any answer has yet to come. */
static bool
ask_wanted(struct check *check)
{
	check->asked = bs_monotonic_ms();
	check->waiting = check->wanted_count + 1;
	for (unsigned i = 0; i < check->wanted_count; i++) {
		struct wanted *wanted = &check->wanted[i];

		wanted->waiter.done = on_answer;
		wanted->waiter.context = wanted;
		bs_dns_cache_ask(check->worker->cache, wanted->name,
		    wanted->type, &wanted->waiter);
	}
	return --check->waiting > 0;
}

static void
set_deadline(struct check *check, unsigned ms)
{
	const struct timeval delay = {ms / 1000, (ms % 1000) * 1000L};

	(void)evtimer_add(check->deadline, &delay);
}

/* The result is known; the explanation of its domain is not worth much time. */
static void
await_explanation(struct check *check)
{
	int64_t left = check->began + check->query.deadline_ms - check->asked;

	if (check->has_finding)
		return;
	check->has_finding = true;
	set_deadline(check, left < 0		? 0
			    : left < EXPLAIN_MS ? (unsigned)left
						: EXPLAIN_MS);
}

/* Ends a check before its time, with what is known by now. */
static void
conclude(struct check *check, const char *why)
{
	if (check->has_finding)
		finish(check, &check->finding);
	else
		give_up(check, why);
}

static void
run(struct check *check)
{
	int rc;

	do {
		check->wanted_count = 0;
		rc = run_libspf2(check);
		if (rc == 0) {
			finish(check, &check->finding);
			return;
		}
		if (rc == BS_LIBSPF2_EXPLAINING)
			await_explanation(check);
		if (check->is_over || check->cpu_us > CPU_MAX_US) {
			conclude(check, "it takes more than a check may take");
			return;
		}
	} while (!ask_wanted(check));
}

static void
on_answer(struct bs_dns_waiter *waiter, struct bs_dns_known *known)
{
	struct wanted *wanted = waiter->context;
	struct check *check = wanted->check;

	/* without memory for an answer it is wanted again, until the deadline;
	 * what does not fit any more ends the check at its next run */
	(void)keep_answer(check, known, false);
	if (--check->waiting == 0)
		run(check);
}

static void
on_deadline(evutil_socket_t fd, short what, void *context)
{
	(void)fd;
	(void)what;
	conclude(context, "DNS did not answer in time");
}

static void
begin(struct worker *worker, const struct bs_spf_order *order)
{
	struct check *check = calloc(1, sizeof(*check));

	/* who asked has a deadline of its own */
	if (check == NULL)
		return;
	check->worker = worker;
	check->id = order->id;
	check->traced = order->traced;
	check->query = order->query;
	check->began = bs_monotonic_ms();
	check->next = worker->buckets[order->id % BUCKETS];
	worker->buckets[order->id % BUCKETS] = check;
	check->deadline = evtimer_new(worker->base, on_deadline, check);
	if (check->deadline == NULL) {
		give_up(check, "the spf child is short of memory");
		return;
	}
	set_deadline(check, order->query.deadline_ms);
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
	    (worker->libspf2 = bs_libspf2_new()) == NULL ||
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
	uint16_t ports[BS_DNS_SERVERS_MAX];
	int rc = prepare(worker, servers, fd);

	if (rc != 0)
		return rc;
	worker->board = board;
	bs_sandbox_enter("spf child", ports, bs_dns_ports(worker->dns, ports));
	bufferevent_setcb(worker->engine, on_order, NULL, on_gone, worker);
	if (bufferevent_enable(worker->engine, EV_READ | EV_WRITE) != 0)
		return -ENOMEM;
	event_base_dispatch(worker->base);
	return 0;
}
