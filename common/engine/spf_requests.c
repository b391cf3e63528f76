/* Op spf: checks that run while the peer waits for their answer. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <time.h>
#include <unistd.h>

#include "common/engine/spf_requests.h"
#include "common/engine/tracing.h"
#include "common/judge/spf.h"

struct pending;

/* One of its checks. */
struct part {
	struct pending *pending;
	struct bs_spf_check *check; /* NULL: it has ended */
	struct bs_spf_finding finding;
};

struct pending {
	LIST_ENTRY(pending) entry;
	struct bs_spf_requests *owner;
	struct bs_peer *peer;
	struct bs_asked asked;
	struct bs_request request;
	size_t count;
	size_t running;
	struct part parts[BS_SPF_IDENTITIES];
};

struct bs_spf_requests {
	LIST_HEAD(pending_list, pending) list;
	struct bs_spf *spf;
	const struct bs_settings *settings;
	struct bs_writer *writer;
	struct bs_counters *counters;
	struct bs_traffic *traffic;
	char host[BS_HOST_MAX];
};

struct bs_spf_requests *
bs_spf_requests_new(struct bs_spf *spf, const struct bs_settings *settings,
    struct bs_writer *writer, struct bs_counters *counters,
    struct bs_traffic *traffic)
{
	struct bs_spf_requests *requests = calloc(1, sizeof(*requests));

	if (requests == NULL)
		return NULL;
	LIST_INIT(&requests->list);
	requests->spf = spf;
	requests->settings = settings;
	requests->writer = writer;
	requests->counters = counters;
	requests->traffic = traffic;
	if (gethostname(requests->host, sizeof(requests->host) - 1) != 0 ||
	    requests->host[0] == '\0')
		snprintf(requests->host, sizeof(requests->host), "localhost");
	return requests;
}

static void
drop(struct pending *pending)
{
	for (size_t i = 0; i < pending->count; i++)
		if (pending->parts[i].check != NULL)
			bs_spf_cancel(pending->owner->spf,
			    pending->parts[i].check);
	LIST_REMOVE(pending, entry);
	free(pending);
}

void
bs_spf_requests_free(struct bs_spf_requests *requests)
{
	if (requests == NULL)
		return;
	while (!LIST_EMPTY(&requests->list))
		drop(LIST_FIRST(&requests->list));
	free(requests);
}

void
bs_spf_requests_forget(struct bs_spf_requests *requests,
    const struct bs_peer *peer)
{
	struct pending *pending = LIST_FIRST(&requests->list);

	while (pending != NULL) {
		struct pending *next = LIST_NEXT(pending, entry);

		if (pending->peer == peer) {
			requests->traffic->late++;
			drop(pending);
		}
		pending = next;
	}
}

/* The settings as they are now: they may have been read anew while the check
 * ran. */
static struct bs_judge
judge_of(const struct bs_spf_requests *requests)
{
	return (struct bs_judge){
	    .config = requests->settings->config,
	    .keyring = &requests->settings->keyring,
	    .writer = requests->writer,
	    .host = requests->host,
	    .counters = requests->counters,
	};
}

static void
conclude(struct pending *pending)
{
	const struct bs_judge judge = judge_of(pending->owner);
	struct bs_spf_finding findings[BS_SPF_IDENTITIES];
	struct bs_answer answer;
	struct bs_case question;

	for (size_t i = 0; i < pending->count; i++)
		findings[i] = pending->parts[i].finding;
	bs_tracing_findings(bs_peer_number(pending->peer), pending->request.id,
	    findings, pending->count);
	bs_case_begin(&judge, &pending->request, time(NULL), &question);
	bs_judge_spf(&question, findings, pending->count, &answer);
	bs_peer_answer(pending->peer, &pending->asked, &answer);
	drop(pending);
}

static void
found(void *context, const struct bs_spf_finding *finding)
{
	struct part *part = context;

	part->finding = *finding;
	part->check = NULL;
	if (--part->pending->running == 0)
		conclude(part->pending);
}

/* Starts the checks; one that cannot be started is a temperror at once. */
static void
start(struct pending *pending, const struct bs_spf_query *queries)
{
	struct bs_spf *spf = pending->owner->spf;

	for (size_t i = 0; i < pending->count; i++) {
		struct part *part = &pending->parts[i];

		part->pending = pending;
		part->check = bs_spf_ask(spf, &queries[i], found, part);
		if (part->check == NULL)
			bs_spf_finding_fail(&queries[i], "short of memory",
			    &part->finding);
		else
			pending->running++;
	}
	if (pending->running == 0)
		conclude(pending);
}

static void
answer_at_once(struct bs_peer *peer, const struct bs_case *question,
    const char *reason)
{
	struct bs_answer answer;

	bs_judge_spf_unchecked(question, reason, &answer);
	bs_peer_answer(peer, bs_peer_asked(peer), &answer);
}

void
bs_spf_requests_begin(struct bs_spf_requests *requests, struct bs_peer *peer,
    const struct bs_request *request)
{
	const struct bs_judge judge = judge_of(requests);
	struct bs_spf_query queries[BS_SPF_IDENTITIES];
	struct bs_case question;
	const char *reason;
	struct pending *pending;

	bs_case_begin(&judge, request, time(NULL), &question);
	reason = bs_judge_spf_skips(&question);
	if (reason != NULL) {
		answer_at_once(peer, &question, reason);
		return;
	}
	if (requests->spf == NULL ||
	    (pending = calloc(1, sizeof(*pending))) == NULL) {
		answer_at_once(peer, &question, "no-checker");
		return;
	}
	pending->owner = requests;
	pending->peer = peer;
	pending->asked = *bs_peer_asked(peer);
	pending->request = *request;
	pending->count = bs_judge_spf_queries(&question, queries);
	LIST_INSERT_HEAD(&requests->list, pending, entry);
	start(pending, queries);
}
