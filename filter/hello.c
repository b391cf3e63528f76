/* The engine is told what it missed while it was away, also by filters that are
 * gone. */
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "common/base/monotonic.h"
#include "filter/hello.h"
#include "filter/report_sent.h"
#include "filter/session.h"

#define DEADLINE_MS 5000
#define BEAT_MS 60000	 /* between two marks of a living filter */
#define RETRY_MS 1000	 /* an engine that did not answer */
#define SETTLE_MS 100	 /* others, or reports, that are on their way */
#define FAREWELL_MS 2000 /* a service manager waits longer than that */

/* smtpd tells of a message some time after it has accepted it. */
#define LAG_SECONDS 60

/* What the question at hand is for. */
enum bs_hello_kind { KNOCK, MISSED, HELLO };

static time_t
wall_of(const struct bs_filter *filter, int64_t ms)
{
	return time(NULL) - (time_t)((filter->now_ms - ms) / 1000);
}

static int64_t
mono_of(const struct bs_filter *filter, time_t wall)
{
	int64_t ms = filter->now_ms - (int64_t)(time(NULL) - wall) * 1000;

	return ms == 0 ? -1 : ms; /* 0 is for none */
}

/* A filter that is gone left mail untold: it is missed as if it were ours. */
static void
inherit(struct bs_filter *filter)
{
	time_t until;
	int64_t ms;

	if (!bs_kept_inherit(&filter->kept, &until))
		return;
	ms = mono_of(filter, until);
	if (filter->missed_since_ms == 0 || ms < filter->missed_since_ms)
		filter->missed_since_ms = ms;
	filter->missed_last_ms = filter->now_ms;
}

/* Notes on the disk that all is told, if it is. */
static void
beat(struct bs_filter *filter)
{
	if (!bs_kept_is_open(&filter->kept) ||
	    filter->now_ms < filter->hello.beat_ms)
		return;
	filter->hello.beat_ms = filter->now_ms + BEAT_MS;
	if (filter->missed_since_ms == 0 && filter->reports == NULL)
		bs_kept_until(&filter->kept, time(NULL) - LAG_SECONDS);
}

static void
done(struct bs_question *question, const struct bs_answer *answer)
{
	struct bs_filter *filter = question->context;
	struct bs_hello *hello = &filter->hello;

	hello->next_ms = filter->now_ms;
	if (answer == NULL || answer->status != BS_STATUS_OK) {
		hello->next_ms += RETRY_MS;
		return;
	}
	/* an engine that has no store yet does not know what to ask */
	if (hello->kind == KNOCK &&
	    (strcmp(answer->reason, "store-checking") == 0 ||
		strcmp(answer->reason, "store-absent") == 0)) {
		hello->next_ms += RETRY_MS;
		return;
	}
	if (hello->kind == KNOCK)
		hello->knocks = false;
	if (hello->kind == HELLO)
		hello->said = question->request.hello;
	if (hello->kind != MISSED || filter->missed_last_ms > hello->asked_ms)
		return;
	filter->missed_since_ms = 0;
	hello->beat_ms = filter->now_ms;
}

static void
ask(struct bs_filter *filter, enum bs_hello_kind kind)
{
	struct bs_hello *hello = &filter->hello;
	struct bs_request *request = &hello->question.request;
	time_t now = time(NULL);

	memset(&hello->question, 0, sizeof(hello->question));
	hello->question.done = done;
	hello->question.context = filter;
	hello->kind = kind;
	hello->asked_ms = filter->now_ms;
	request->op = kind == KNOCK ? BS_OP_PING : BS_OP_SENT;
	request->host = BS_HOST_OPENSMTPD;
	request->listener = filter->mode;
	request->deadline_ms = DEADLINE_MS;
	snprintf(request->client, sizeof(request->client), "local");
	if (kind == MISSED)
		request->missed_seconds = bs_report_sent_missed_seconds(filter);
	if (kind == HELLO) {
		request->hello = filter->client.asks;
		request->knows_seconds =
		    (unsigned)(now - bs_kept_since(&filter->kept, now));
	}
	if (bs_client_ask(&filter->client, &hello->question, filter->now_ms) !=
	    0)
		hello->next_ms = filter->now_ms + RETRY_MS;
}

/* The engine asks what it missed. It gets its answer once all that came before
 * is told: by reports on their way, by other filters, and by us. */
static void
answer_engine(struct bs_filter *filter)
{
	struct bs_hello *hello = &filter->hello;
	uint64_t asks = filter->client.asks;

	if (hello->seen != asks) {
		hello->seen = asks;
		hello->seen_ms = filter->now_ms;
	}
	inherit(filter);
	if (bs_report_sent_is_on_its_way(filter, hello->seen_ms)) {
		hello->next_ms = filter->now_ms + SETTLE_MS;
		return;
	}
	if (filter->missed_since_ms != 0)
		ask(filter, MISSED);
	else if (bs_kept_settle(&filter->kept, asks))
		ask(filter, HELLO);
	else
		hello->next_ms = filter->now_ms + SETTLE_MS;
}

static bool
is_due(const struct bs_filter *filter)
{
	const struct bs_hello *hello = &filter->hello;

	if (filter->client.asks != hello->said)
		return true;
	/* without a folder, the next report tells it */
	return bs_kept_is_open(&filter->kept) &&
	       (filter->missed_since_ms != 0 || hello->knocks);
}

void
bs_hello_begin(struct bs_filter *filter, const char *folder)
{
	filter->now_ms = bs_monotonic_ms();
	bs_kept_open(&filter->kept, folder, time(NULL));
	filter->hello.knocks = true;
	inherit(filter);
}

void
bs_hello_turn(struct bs_filter *filter)
{
	struct bs_hello *hello = &filter->hello;
	bool is_up = bs_client_is_up(&filter->client);

	beat(filter);
	/* an engine that comes back may ask what it missed, and nobody may ask
	 * it anything for hours */
	if ((hello->was_up && !is_up) ||
	    hello->connects != filter->client.connects) {
		hello->knocks = true;
		if (!hello->question.pending)
			hello->next_ms = filter->now_ms + RETRY_MS;
	}
	hello->connects = filter->client.connects;
	hello->was_up = is_up;
	if (hello->question.pending || filter->now_ms < hello->next_ms)
		return;
	if (filter->client.asks != hello->said)
		answer_engine(filter);
	else if (is_due(filter))
		ask(filter, filter->missed_since_ms != 0 ? MISSED : KNOCK);
}

int
bs_hello_timeout_ms(const struct bs_filter *filter)
{
	const struct bs_hello *hello = &filter->hello;
	int64_t next = INT64_MAX;

	if (bs_kept_is_open(&filter->kept))
		next = hello->beat_ms;
	if (is_due(filter) && !hello->question.pending && hello->next_ms < next)
		next = hello->next_ms;
	if (next == INT64_MAX)
		return -1;
	next -= filter->now_ms;
	return next < 0 ? 0 : (int)next;
}

/* Since when, at the worst, mail is untold. */
static time_t
untold_since(const struct bs_filter *filter)
{
	int64_t since = filter->now_ms - (int64_t)LAG_SECONDS * 1000;

	if (filter->missed_since_ms != 0 && filter->missed_since_ms < since)
		since = filter->missed_since_ms;
	return wall_of(filter, since);
}

void
bs_hello_end(struct bs_filter *filter)
{
	const int64_t end = filter->now_ms + FAREWELL_MS;
	bool is_told;

	if (!bs_kept_is_open(&filter->kept))
		return;
	bs_client_cancel(&filter->client, &filter->hello.question);
	while (filter->reports != NULL && filter->now_ms < end) {
		struct pollfd fd = {.fd = bs_client_fd(&filter->client),
		    .events = bs_client_events(&filter->client)};
		int timeout =
		    bs_client_timeout_ms(&filter->client, filter->now_ms);

		if (timeout < 0 || timeout > SETTLE_MS)
			timeout = SETTLE_MS;
		if (poll(&fd, 1, timeout) <= 0)
			fd.revents = 0;
		filter->now_ms = bs_monotonic_ms();
		bs_client_pump(&filter->client, fd.revents, filter->now_ms);
	}
	is_told = filter->missed_since_ms == 0 && filter->reports == NULL &&
		  !bs_sessions_may_leave_mail(&filter->sessions);
	bs_kept_close(&filter->kept, is_told, untold_since(filter));
}
