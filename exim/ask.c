/* Questions to the engine, asked and waited for under one deadline. */
#include <sys/types.h>

#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "common/adapter/client.h"
#include "exim/ask.h"
#include "common/base/monotonic.h"

/* Questions in flight at a time, of some 12 KiB each. */
#define WINDOW 8

struct slot {
	struct bs_question question;
	unsigned n;
};

/* One for each process of Exim. After a fork the child has a copy, whose
 * descriptor carries the parent's questions: it is closed and made anew. */
static struct {
	pid_t pid; /* whose it is; 0 at first */
	bool busy; /* in a round, or Exim left one by a longjmp */
	struct bs_client client;
	struct slot slots[WINDOW];

	const struct bs_round *round;
	int64_t deadline; /* monotonic ms */
	unsigned asked;
	unsigned owed;
} self;

/* Returns whether there is a client to ask through. */
static bool
enter(void)
{
	pid_t pid = getpid();

	if (self.pid == pid && !self.busy)
		return true;
	if (self.pid != 0)
		bs_client_close(&self.client);
	self.pid = pid;
	self.busy = false;
	if (bs_client_init(&self.client, BS_SOCKET_PATH) == 0)
		return true;
	self.pid = 0;
	return false;
}

static void
done(struct bs_question *question, const struct bs_answer *answer)
{
	const struct slot *slot = question->context;

	if (answer != NULL && answer->status != BS_STATUS_OK)
		answer = NULL;
	if (answer == NULL)
		self.owed++;
	self.round->take(self.round->context, slot->n, answer);
}

/* The engine must know of all mail that leaves. */
static bool
is_of_mail_that_leaves(const struct bs_request *request)
{
	return request->op == BS_OP_SIGN ||
	       (request->op == BS_OP_SENT && request->recipient[0] == '\0');
}

static void
ask(struct slot *slot, int64_t now)
{
	const struct bs_round *round = self.round;

	memset(slot, 0, sizeof(*slot));
	slot->n = self.asked++;
	slot->question.done = done;
	slot->question.context = slot;
	round->fill(round->context, slot->n, &slot->question.request);
	slot->question.request.deadline_ms = (unsigned)(self.deadline - now);
	if (bs_client_ask(&self.client, &slot->question, now) == 0)
		return;
	if (is_of_mail_that_leaves(&slot->question.request))
		self.owed++;
	round->take(round->context, slot->n, NULL);
}

/* Asks while there are questions and free slots. Returns whether any question
 * is in flight. */
static bool
refill(int64_t now)
{
	bool pending = false;

	for (size_t i = 0; i < WINDOW; i++) {
		struct slot *slot = &self.slots[i];

		while (!slot->question.pending && now < self.deadline &&
		       self.asked < self.round->count)
			ask(slot, now);
		pending = pending || slot->question.pending;
	}
	return pending;
}

/* Whether all questions were written. */
static bool
is_written(void)
{
	return bs_client_is_up(&self.client) &&
	       (bs_client_events(&self.client) & POLLOUT) == 0;
}

static void
forget(void)
{
	for (size_t i = 0; i < WINDOW; i++)
		bs_client_cancel(&self.client, &self.slots[i].question);
}

static void
wait_and_pump(void)
{
	struct pollfd fd = {
	    .fd = bs_client_fd(&self.client),
	    .events = bs_client_events(&self.client),
	};
	int timeout = bs_client_timeout_ms(&self.client, bs_monotonic_ms());

	if (timeout < 0)
		return; /* none is in flight: poll() would wait for ever */
	/* a signal of Exim's may interrupt it: the deadline still holds */
	if (poll(&fd, 1, timeout) <= 0)
		fd.revents = 0;
	bs_client_pump(&self.client, fd.revents, bs_monotonic_ms());
}

/* Gives up the questions that there was no time to ask. */
static void
give_up(void)
{
	while (self.asked < self.round->count) {
		self.owed++;
		self.round->take(self.round->context, self.asked++, NULL);
	}
}

unsigned
bs_ask_round(const struct bs_round *round)
{
	int64_t now = bs_monotonic_ms();

	self.round = round;
	self.deadline = now + round->deadline_ms / (round->is_away ? 10 : 1);
	self.asked = 0;
	self.owed = 0;
	if (round->count > 0 && enter()) {
		self.busy = true;
		for (size_t i = 0; i < WINDOW; i++)
			self.slots[i].question.pending = false;
		while (refill(bs_monotonic_ms())) {
			/* what was just asked leaves without a wait */
			bs_client_pump(&self.client, 0, bs_monotonic_ms());
			if (round->one_way && is_written())
				forget();
			else
				wait_and_pump();
		}
		self.busy = false;
	}
	give_up();
	return self.owed;
}

uint64_t
bs_ask_asks(void)
{
	uint64_t asks = self.client.asks;

	self.client.asks = 0;
	return asks;
}

void
bs_ask_envelope(const struct bs_envelope *envelope, struct bs_request *request)
{
	request->host = BS_HOST_EXIM;
	request->listener = envelope->listener;
	request->auth = envelope->auth;
	request->has_sender = envelope->has_sender;
	memcpy(request->client, envelope->client, sizeof(request->client));
	memcpy(request->helo, envelope->helo, sizeof(request->helo));
	memcpy(request->sender, envelope->sender, sizeof(request->sender));
	memcpy(request->spf, envelope->spf, sizeof(request->spf));
}
