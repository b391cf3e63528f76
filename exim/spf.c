/* What SPF says of the sender of the message at hand; it is asked once. */
#include <string.h>

#include "common/base/monotonic.h"
#include "exim/ask.h"
#include "exim/spf.h"

/* The checks themselves have 20 seconds (RFC 7208 §4.6.4). */
#define DEADLINE_MS 25000
#define AWAY_DEADLINE_MS 250

/* For how long an answer, or the lack of one, holds for the same sender. */
#define KEEP_MS (300 * 1000)

/* What was last asked in this process, which serves one connection. */
static struct {
	bool asked;
	bool known;
	int64_t when; /* monotonic */
	struct bs_envelope envelope;
	struct bs_answer answer;
} last;

static bool
is_same(const struct bs_envelope *a, const struct bs_envelope *b)
{
	return strcmp(a->client, b->client) == 0 &&
	       strcmp(a->helo, b->helo) == 0 &&
	       strcmp(a->sender, b->sender) == 0 &&
	       a->has_sender == b->has_sender;
}

static void
fill(void *context, unsigned n, struct bs_request *request)
{
	const struct bs_envelope *envelope = context;

	(void)n;
	bs_ask_envelope(envelope, request);
	request->op = BS_OP_SPF;
	memcpy(request->receiver, envelope->receiver,
	    sizeof(request->receiver));
}

static void
take(void *context, unsigned n, const struct bs_answer *answer)
{
	(void)context;
	(void)n;
	last.known = answer != NULL;
	if (answer != NULL)
		last.answer = *answer;
}

static void
ask(bool *unanswered)
{
	struct bs_round round = {
	    .count = 1,
	    .deadline_ms =
		last.envelope.engine_is_away ? AWAY_DEADLINE_MS : DEADLINE_MS,
	    .fill = fill,
	    .take = take,
	    .context = &last.envelope,
	};

	last.known = false;
	*unanswered = bs_ask_round(&round) > 0;
	last.when = bs_monotonic_ms();
	last.asked = true;
}

const struct bs_answer *
bs_spf_of_envelope(const struct bs_envelope *envelope, bool *unanswered)
{
	*unanswered = false;
	if (envelope->listener != BS_LISTENER_IN || envelope->auth)
		return NULL;
	if (!last.asked || !is_same(&last.envelope, envelope) ||
	    bs_monotonic_ms() - last.when > KEEP_MS) {
		/* a longjmp out of here leaves nothing that is half known */
		last.asked = false;
		last.envelope = *envelope;
		ask(unanswered);
	}
	return last.known ? &last.answer : NULL;
}
