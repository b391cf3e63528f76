/* The engine's end of the spf child: checks go in, findings come out. */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>

#include <event2/event.h>

#include "common/base/idn.h"
#include "common/spf/service.h"
#include "common/spf/child.h"
#include "common/spf/message.h"
#include "common/base/ascii.h"
#include "common/base/log.h"
#include "common/base/monotonic.h"

/* So long after its deadline a check is ended here, as the child may hang. */
#define GRACE_MS 1000

#define BUCKETS 1024

/* Domains whose check brought the child down twice are not asked about for a
 * while; so many of them are remembered. */
#define POISON_MS (3600 * 1000)
#define POISONED_MAX 32

struct bs_spf_check {
	struct bs_spf_check *next; /* in its bucket */
	struct bs_spf *spf;
	uint64_t id;
	struct bs_spf_query query;
	bs_spf_done *done;
	bs_spf_traced *traced;
	void *context;
	int64_t ordered; /* when a child was last told of it; monotonic ms */
	struct event *deadline;
	unsigned crashes; /* of a child that was at work on it */
};

struct poisoned {
	int64_t until; /* monotonic ms; 0: no domain */
	char domain[BS_HOST_MAX];
};

struct bs_spf {
	struct event_base *base;
	struct bs_spf_child *child;
	uint64_t last_id;
	unsigned count;
	struct bs_spf_check *buckets[BUCKETS];
	unsigned poison_next; /* the slot to write next: the oldest */
	struct poisoned poison[POISONED_MAX];
	struct bs_log_limit limit;
};

int
bs_spf_start(const struct bs_spf_settings *settings, struct bs_spf **out)
{
	struct bs_spf *spf = calloc(1, sizeof(*spf));
	int rc;

	if (spf == NULL)
		return -ENOMEM;
	if ((rc = bs_spf_child_start(settings, &spf->child)) != 0) {
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

/* Ends a check that is in no list any more. */
static void
tell(struct bs_spf_check *check, const struct bs_spf_finding *finding)
{
	bs_spf_done *done = check->done;
	void *context = check->context;

	destroy(check);
	done(context, finding);
}

static void
unlink_check(struct bs_spf_check *check)
{
	*link_of(check->spf, check->id) = check->next;
	check->spf->count--;
}

static void
finish(struct bs_spf_check *check, const struct bs_spf_finding *finding)
{
	unlink_check(check);
	tell(check, finding);
}

static void
give_up(struct bs_spf_check *check, const char *why)
{
	struct bs_spf_finding finding;

	bs_spf_finding_fail(&check->query, why, &finding);
	finish(check, &finding);
}

static void
send_order(struct bs_spf_check *check, bool cancelled)
{
	struct bs_spf_order order = {
	    .id = check->id,
	    .traced = check->traced != NULL,
	    .cancelled = cancelled,
	    .query = check->query,
	};

	check->ordered = bs_monotonic_ms();
	bs_spf_child_send(check->spf->child, &order);
}

/* Which identity was asked about is not for a child to say. */
static void
on_message(void *context, const struct bs_spf_message *message)
{
	struct bs_spf_check *check = *link_of(context, message->id);
	struct bs_spf_finding finding;

	if (check == NULL)
		return;
	if (message->kind == BS_SPF_MESSAGE_FINDING) {
		finding = message->is.finding;
		finding.identity = check->query.identity;
		finish(check, &finding);
	} else if (check->traced != NULL) {
		check->traced(check->context, &message->is.step);
	}
}

/* A child is there, and is told of every check there is. */
static void
on_came(void *context)
{
	const struct bs_spf *spf = context;

	for (size_t i = 0; i < BUCKETS; i++)
		for (struct bs_spf_check *check = spf->buckets[i];
		     check != NULL; check = check->next)
			send_order(check, false);
}

/* Ends the checks during which that many children crashed. */
static void
end_suspects(struct bs_spf *spf, unsigned crashes, const char *why)
{
	struct bs_spf_finding finding;
	struct bs_spf_check *check;

	for (size_t i = 0; i < BUCKETS; i++) {
		struct bs_spf_check **link = &spf->buckets[i];

		while ((check = *link) != NULL) {
			if (check->crashes < crashes) {
				link = &check->next;
				continue;
			}
			*link = check->next;
			spf->count--;
			bs_spf_finding_fail(&check->query, why, &finding);
			tell(check, &finding);
			/* done() may have changed the list */
			link = &spf->buckets[i];
		}
	}
}

static void
poison(struct bs_spf *spf, const struct bs_spf_query *query)
{
	struct poisoned *slot = &spf->poison[spf->poison_next];

	spf->poison_next = (spf->poison_next + 1) % POISONED_MAX;
	slot->until = bs_monotonic_ms() + POISON_MS;
	snprintf(slot->domain, sizeof(slot->domain), "%s",
	    bs_spf_query_domain(query));
}

/* The length of a domain without its last dot. */
static size_t
length(const char *domain)
{
	size_t len = strlen(domain);

	return len > 0 && domain[len - 1] == '.' ? len - 1 : len;
}

static bool
is_poisoned(const struct bs_spf *spf, const struct bs_spf_query *query)
{
	const char *domain = bs_spf_query_domain(query);
	int64_t now_ms = bs_monotonic_ms();
	size_t len = length(domain);

	for (unsigned i = 0; i < POISONED_MAX; i++) {
		const struct poisoned *slot = &spf->poison[i];

		if (slot->until > now_ms && length(slot->domain) == len &&
		    bs_ascii_same(slot->domain, domain, len))
			return true;
	}
	return false;
}

/* Blames a crash on the check that the child was at work on, and on no other: a
 * record that brings libspf2 down must not spoil the checks beside it. Where
 * the child was at work on none, each check may have been the cause: each
 * counts a crash, but no domain is poisoned. */
static void
suspect(struct bs_spf *spf, struct bs_spf_check *culprit)
{
	if (culprit != NULL) {
		if (++culprit->crashes > 1)
			poison(spf, &culprit->query);
		return;
	}
	for (size_t i = 0; i < BUCKETS; i++)
		for (struct bs_spf_check *check = spf->buckets[i];
		     check != NULL; check = check->next)
			check->crashes++;
}

/* A child is gone. Each check is asked again of the next one, once. */
static void
on_gone(void *context, uint64_t at_work)
{
	struct bs_spf *spf = context;
	struct bs_spf_check *culprit = *link_of(spf, at_work);
	unsigned missed;

	if (bs_log_allowed(&spf->limit, bs_monotonic_ms(), &missed))
		bs_log(BS_LOG_WARNING,
		    "the spf child ended%s%.100s; another takes over (%u more)",
		    culprit == NULL ? "" : " at work on ",
		    culprit == NULL ? "" : culprit->query.sender, missed);
	suspect(spf, culprit);
	end_suspects(spf, 2, "checking it brings the checker down");
}

static void
on_lost(void *context)
{
	end_suspects(context, 0, "there is no checker any more");
}

int
bs_spf_attach(struct bs_spf *spf, struct event_base *base)
{
	static const struct bs_spf_child_events events = {
	    .came = on_came,
	    .message = on_message,
	    .gone = on_gone,
	    .lost = on_lost,
	};

	spf->base = base;
	return bs_spf_child_attach(spf->child, base, &events, spf);
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
	bs_spf_child_free(spf->child);
	free(spf);
}

/* The child has an earlier deadline of its own. If nothing at all came from it
 * since the check was sent, it hangs. */
static void
on_deadline(evutil_socket_t fd, short what, void *context)
{
	struct bs_spf_check *check = context;
	struct bs_spf_child *child = check->spf->child;
	bool hangs = bs_spf_child_heard(child) < check->ordered;

	(void)fd;
	(void)what;
	send_order(check, true);
	give_up(check, "the check took too long");
	if (hangs)
		bs_spf_child_replace(child);
}

/* Ends a check that is not made. From the loop, so that done() is never called
 * within bs_spf_ask(). */
static void
on_refusal(evutil_socket_t fd, short what, void *context)
{
	(void)fd;
	(void)what;
	give_up(context, "there is no checker, or it failed at this domain");
}

static bool
is_refused(const struct bs_spf *spf, const struct bs_spf_query *query)
{
	return spf->count >= BS_SPF_CHECKS_MAX ||
	       bs_spf_child_is_lost(spf->child) || is_poisoned(spf, query);
}

/* Sets the time at which a check ends here. */
static int
set_deadline(struct bs_spf_check *check, bool refused)
{
	unsigned ms = refused ? 0 : check->query.deadline_ms + GRACE_MS;
	const struct timeval delay = {ms / 1000, (ms % 1000) * 1000L};

	check->deadline = evtimer_new(check->spf->base,
	    refused ? on_refusal : on_deadline, check);
	return check->deadline != NULL &&
		       evtimer_add(check->deadline, &delay) == 0
		   ? 0
		   : -ENOMEM;
}

struct bs_spf_check *
bs_spf_trace(struct bs_spf *spf, const struct bs_spf_query *query,
    bs_spf_done *done, bs_spf_traced *traced, void *context)
{
	struct bs_spf_check *check = calloc(1, sizeof(*check));
	bool refused;

	if (check == NULL)
		return NULL;
	check->spf = spf;
	check->query = *query;
	/* RFC 8616 §4; the child has no libidn2 to be attacked in */
	bs_idn_address(check->query.sender, sizeof(check->query.sender));
	bs_idn_address(check->query.helo, sizeof(check->query.helo));
	refused = is_refused(spf, &check->query);
	check->done = done;
	check->traced = traced;
	check->context = context;
	if (set_deadline(check, refused) != 0) {
		destroy(check);
		return NULL;
	}
	check->id = ++spf->last_id;
	check->next = spf->buckets[check->id % BUCKETS];
	spf->buckets[check->id % BUCKETS] = check;
	spf->count++;
	if (!refused) {
		bs_spf_child_want(spf->child);
		send_order(check, false);
	}
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
	send_order(check, true);
	unlink_check(check);
	destroy(check);
}

void
bs_spf_renew(struct bs_spf *spf, const char *const *servers,
    size_t server_count)
{
	bs_spf_child_renew(spf->child, servers, server_count);
}
