/* Op spf: checks that run while the peer waits for their answer. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <time.h>
#include <unistd.h>

#include "common/engine/spf_requests.h"
#include "common/judge/spf.h"

struct inquiry;

/* One of its checks. */
struct part {
	struct inquiry *inquiry;
	struct bs_spf_check *check; /* NULL: it has ended */
	struct bs_spf_finding finding;
};

struct inquiry {
	LIST_ENTRY(inquiry) entry;
	struct bs_inquiries *owner;
	struct bs_peer *peer;
	struct bs_request request;
	size_t count;
	size_t running;
	struct part parts[BS_SPF_IDENTITIES];
};

struct bs_inquiries {
	LIST_HEAD(inquiry_list, inquiry) list;
	struct bs_spf *spf;
	const struct bs_settings *settings;
	struct bs_writer *writer;
	char host[BS_HOST_MAX];
};

struct bs_inquiries *
bs_inquiries_new(struct bs_spf *spf, const struct bs_settings *settings,
    struct bs_writer *writer)
{
	struct bs_inquiries *inquiries = calloc(1, sizeof(*inquiries));

	if (inquiries == NULL)
		return NULL;
	LIST_INIT(&inquiries->list);
	inquiries->spf = spf;
	inquiries->settings = settings;
	inquiries->writer = writer;
	if (gethostname(inquiries->host, sizeof(inquiries->host) - 1) != 0 ||
	    inquiries->host[0] == '\0')
		snprintf(inquiries->host, sizeof(inquiries->host), "localhost");
	return inquiries;
}

static void
drop(struct inquiry *inquiry)
{
	for (size_t i = 0; i < inquiry->count; i++)
		if (inquiry->parts[i].check != NULL)
			bs_spf_cancel(inquiry->owner->spf,
			    inquiry->parts[i].check);
	LIST_REMOVE(inquiry, entry);
	free(inquiry);
}

void
bs_inquiries_free(struct bs_inquiries *inquiries)
{
	if (inquiries == NULL)
		return;
	while (!LIST_EMPTY(&inquiries->list))
		drop(LIST_FIRST(&inquiries->list));
	free(inquiries);
}

void
bs_inquiries_forget(struct bs_inquiries *inquiries, const struct bs_peer *peer)
{
	struct inquiry *inquiry = LIST_FIRST(&inquiries->list);

	while (inquiry != NULL) {
		struct inquiry *next = LIST_NEXT(inquiry, entry);

		if (inquiry->peer == peer)
			drop(inquiry);
		inquiry = next;
	}
}

/* The settings as they are now: a check may outlive a reload. */
static struct bs_spf_matter
matter_of(const struct bs_inquiries *inquiries,
    const struct bs_request *request)
{
	return (struct bs_spf_matter){
	    .config = inquiries->settings->config,
	    .request = request,
	    .host = inquiries->host,
	    .writer = inquiries->writer,
	    .now = time(NULL),
	};
}

static void
conclude(struct inquiry *inquiry)
{
	const struct bs_spf_matter matter =
	    matter_of(inquiry->owner, &inquiry->request);
	struct bs_spf_finding findings[BS_SPF_IDENTITIES];
	struct bs_answer answer;

	for (size_t i = 0; i < inquiry->count; i++)
		findings[i] = inquiry->parts[i].finding;
	bs_judge_spf(&matter, findings, inquiry->count, &answer);
	bs_peer_answer(inquiry->peer, &answer);
	drop(inquiry);
}

static void
found(void *context, const struct bs_spf_finding *finding)
{
	struct part *part = context;

	part->finding = *finding;
	part->check = NULL;
	if (--part->inquiry->running == 0)
		conclude(part->inquiry);
}

/* Starts the checks; one that cannot be is a temperror at once. */
static void
start(struct inquiry *inquiry, const struct bs_spf_query *queries)
{
	struct bs_spf *spf = inquiry->owner->spf;

	for (size_t i = 0; i < inquiry->count; i++) {
		struct part *part = &inquiry->parts[i];

		part->inquiry = inquiry;
		part->check = bs_spf_ask(spf, &queries[i], found, part);
		if (part->check == NULL)
			bs_spf_finding_fail(&queries[i], "short of memory",
			    &part->finding);
		else
			inquiry->running++;
	}
	if (inquiry->running == 0)
		conclude(inquiry);
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
bs_inquiry_begin(struct bs_inquiries *inquiries, struct bs_peer *peer,
    const struct bs_request *request)
{
	const struct bs_spf_matter matter = matter_of(inquiries, request);
	struct bs_spf_query queries[BS_SPF_IDENTITIES];
	const char *reason = bs_judge_spf_skips(&matter);
	struct inquiry *inquiry;

	if (reason != NULL) {
		answer_at_once(peer, request, reason);
		return;
	}
	if (inquiries->spf == NULL ||
	    (inquiry = calloc(1, sizeof(*inquiry))) == NULL) {
		answer_at_once(peer, request, "no-checker");
		return;
	}
	inquiry->owner = inquiries;
	inquiry->peer = peer;
	inquiry->request = *request;
	inquiry->count = bs_judge_spf_queries(&matter, queries);
	LIST_INSERT_HEAD(&inquiries->list, inquiry, entry);
	start(inquiry, queries);
}
