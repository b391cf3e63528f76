/* Op spf: checks that run while the peer waits for their answer. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <time.h>
#include <unistd.h>

#include "common/engine/spf_requests.h"
#include "common/judge/spf.h"

struct spf_request;

/* One of its checks. */
struct part {
	struct spf_request *spf_request;
	struct bs_spf_check *check; /* NULL: it has ended */
	struct bs_spf_finding finding;
};

struct spf_request {
	LIST_ENTRY(spf_request) entry;
	struct bs_spf_requests *owner;
	struct bs_peer *peer;
	struct bs_request request;
	size_t count;
	size_t running;
	struct part parts[BS_SPF_IDENTITIES];
};

struct bs_spf_requests {
	LIST_HEAD(spf_request_list, spf_request) list;
	struct bs_spf *spf;
	const struct bs_settings *settings;
	struct bs_writer *writer;
	char host[BS_HOST_MAX];
};

struct bs_spf_requests *
bs_spf_requests_new(struct bs_spf *spf, const struct bs_settings *settings,
    struct bs_writer *writer)
{
	struct bs_spf_requests *spf_requests = calloc(1, sizeof(*spf_requests));

	if (spf_requests == NULL)
		return NULL;
	LIST_INIT(&spf_requests->list);
	spf_requests->spf = spf;
	spf_requests->settings = settings;
	spf_requests->writer = writer;
	if (gethostname(spf_requests->host, sizeof(spf_requests->host) - 1) !=
		0 ||
	    spf_requests->host[0] == '\0')
		snprintf(spf_requests->host, sizeof(spf_requests->host),
		    "localhost");
	return spf_requests;
}

static void
drop(struct spf_request *spf_request)
{
	for (size_t i = 0; i < spf_request->count; i++)
		if (spf_request->parts[i].check != NULL)
			bs_spf_cancel(spf_request->owner->spf,
			    spf_request->parts[i].check);
	LIST_REMOVE(spf_request, entry);
	free(spf_request);
}

void
bs_spf_requests_free(struct bs_spf_requests *spf_requests)
{
	if (spf_requests == NULL)
		return;
	while (!LIST_EMPTY(&spf_requests->list))
		drop(LIST_FIRST(&spf_requests->list));
	free(spf_requests);
}

void
bs_spf_requests_forget(struct bs_spf_requests *spf_requests,
    const struct bs_peer *peer)
{
	struct spf_request *spf_request = LIST_FIRST(&spf_requests->list);

	while (spf_request != NULL) {
		struct spf_request *next = LIST_NEXT(spf_request, entry);

		if (spf_request->peer == peer)
			drop(spf_request);
		spf_request = next;
	}
}

/* The settings as they are now: a check may outlive a reload. */
static struct bs_spf_matter
matter_of(const struct bs_spf_requests *spf_requests,
    const struct bs_request *request)
{
	return (struct bs_spf_matter){
	    .config = spf_requests->settings->config,
	    .request = request,
	    .host = spf_requests->host,
	    .writer = spf_requests->writer,
	    .now = time(NULL),
	};
}

static void
conclude(struct spf_request *spf_request)
{
	const struct bs_spf_matter matter =
	    matter_of(spf_request->owner, &spf_request->request);
	struct bs_spf_finding findings[BS_SPF_IDENTITIES];
	struct bs_answer answer;

	for (size_t i = 0; i < spf_request->count; i++)
		findings[i] = spf_request->parts[i].finding;
	bs_judge_spf(&matter, findings, spf_request->count, &answer);
	bs_peer_answer(spf_request->peer, &answer);
	drop(spf_request);
}

static void
found(void *context, const struct bs_spf_finding *finding)
{
	struct part *part = context;

	part->finding = *finding;
	part->check = NULL;
	if (--part->spf_request->running == 0)
		conclude(part->spf_request);
}

/* Starts the checks; one that cannot be is a temperror at once. */
static void
start(struct spf_request *spf_request, const struct bs_spf_query *queries)
{
	struct bs_spf *spf = spf_request->owner->spf;

	for (size_t i = 0; i < spf_request->count; i++) {
		struct part *part = &spf_request->parts[i];

		part->spf_request = spf_request;
		part->check = bs_spf_ask(spf, &queries[i], found, part);
		if (part->check == NULL)
			bs_spf_finding_fail(&queries[i], "short of memory",
			    &part->finding);
		else
			spf_request->running++;
	}
	if (spf_request->running == 0)
		conclude(spf_request);
}

static void
answer_at_once(struct bs_peer *peer, const struct bs_request *request,
    const char *reason)
{
	struct bs_answer answer = {.id = request->id};

	snprintf(answer.reason, sizeof(answer.reason), "%s", reason);
	bs_peer_answer(peer, &answer);
}

void
bs_spf_requests_begin(struct bs_spf_requests *spf_requests,
    struct bs_peer *peer, const struct bs_request *request)
{
	const struct bs_spf_matter matter = matter_of(spf_requests, request);
	struct bs_spf_query queries[BS_SPF_IDENTITIES];
	const char *reason = bs_judge_spf_skips(&matter);
	struct spf_request *spf_request;

	if (reason != NULL) {
		answer_at_once(peer, request, reason);
		return;
	}
	if (spf_requests->spf == NULL ||
	    (spf_request = calloc(1, sizeof(*spf_request))) == NULL) {
		answer_at_once(peer, request, "no-checker");
		return;
	}
	spf_request->owner = spf_requests;
	spf_request->peer = peer;
	spf_request->request = *request;
	spf_request->count = bs_judge_spf_queries(&matter, queries);
	LIST_INSERT_HEAD(&spf_requests->list, spf_request, entry);
	start(spf_request, queries);
}
