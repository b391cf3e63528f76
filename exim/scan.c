/* One message: what the engine is asked about it, and what follows from that.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "common/adapter/verdict.h"
#include "exim/ask.h"
#include "exim/scan.h"

/* To wait for an answer about an address, and about a message. */
#define ADDRESS_MS 500
#define MESSAGE_MS 1000

#define COPY(array, text) snprintf(array, sizeof(array), "%s", text)

bool
bs_scan_wants_body(const struct bs_envelope *envelope)
{
	return envelope->listener == BS_LISTENER_IN && envelope->has_sender &&
	       bs_verdict_may_be_bounce(envelope->sender);
}

/* A bounce is judged for each recipient; of other mail, only tags are asked
 * about. */
static void
choose(struct bs_scan *scan)
{
	bool judged = bs_scan_wants_body(scan->envelope);

	scan->asked_count = 0;
	for (unsigned n = 0;
	     n < scan->recipients && scan->asked_count < BS_SCAN_ASKED; n++) {
		if (judged || bs_verdict_is_tagged(scan->recipient(n)))
			scan->asked[scan->asked_count++] =
			    (struct bs_scan_asked){.recipient = n};
	}
}

/* Whether the answer about one recipient decides about the message: there is no
 * other, and SPF does not refuse a null sender. */
static bool
is_all(const struct bs_scan *scan)
{
	return scan->recipients == 1 && scan->envelope->sender[0] == '\0';
}

bool
bs_scan_is_weighed(const struct bs_scan *scan)
{
	return scan->asked_count > 1 && bs_scan_wants_body(scan->envelope);
}

/* One question about each of scan->asked; then one about the sender, if it is
 * to be signed. */
static void
fill(void *context, unsigned n, struct bs_request *request)
{
	const struct bs_scan *scan = context;

	bs_ask_envelope(scan->envelope, request);
	if (n == scan->asked_count) {
		request->op = BS_OP_SIGN;
		request->listener = scan->envelope->signer;
		COPY(request->sender, scan->leaves_as);
		return;
	}
	COPY(request->recipient, scan->recipient(scan->asked[n].recipient));
	request->op = BS_OP_RCPT;
	if (!bs_scan_wants_body(scan->envelope))
		return;
	request->op = BS_OP_DATA;
	request->accepts = is_all(scan);
	request->weighs = bs_scan_is_weighed(scan);
	bs_verdict_evidence(scan->facts, request);
}

/* For these reasons of the engine's, the mail does not leave in our name. */
static void
take_sender(struct bs_scan *scan, const struct bs_answer *answer)
{
	scan->doubted = strcmp(answer->reason, "untrusted") == 0;
	if (scan->doubted || strcmp(answer->reason, "stranger") == 0 ||
	    strcmp(answer->reason, "malformed") == 0)
		return;
	scan->trusted = true;
	scan->leaves = true;
	if (answer->action == BS_ACTION_REWRITE)
		COPY(scan->signed_as, answer->address);
}

bool
bs_scan_needs_no_store(const struct bs_answer *answer)
{
	return answer->action != BS_ACTION_REJECT ||
	       strcmp(answer->reason, "bad-tag") == 0;
}

/* Where the store lacks mail that left, its answer may count as none. */
static void
weigh(struct bs_scan *scan, const struct bs_answer *answer)
{
	if (answer != NULL && scan->store_lacks_mail &&
	    !bs_scan_needs_no_store(answer))
		answer = NULL;
	bs_verdict_weigh(&scan->verdict, answer);
}

static void
take(void *context, unsigned n, const struct bs_answer *answer)
{
	struct bs_scan *scan = context;
	bool about_sender = n == scan->asked_count;

	if (!about_sender && bs_scan_wants_body(scan->envelope))
		weigh(scan, answer);
	if (answer == NULL)
		return;
	if (!about_sender) {
		scan->asked[n].answered = true;
		scan->asked[n].counted =
		    is_all(scan) && !bs_policy_refuses(answer->action);
	}
	if (strcmp(answer->verdict, "trusted") == 0)
		scan->trusted = true;
	if (about_sender)
		take_sender(scan, answer);
	else
		scan->asked[n].strip = answer->address[0] != '\0';
}

/* There are more recipients than are judged, and one of the rest may be a
 * reason to let the message pass. Where all that were judged are to be refused,
 * the other host may send it to fewer at once; else it passes. */
static void
leave_the_rest(struct bs_scan *scan)
{
	if (!bs_policy_refuses(scan->verdict.action)) {
		weigh(scan, NULL);
		return;
	}
	scan->verdict.action = BS_ACTION_DEFER;
	COPY(scan->verdict.reply, bs_verdict_too_many);
}

unsigned
bs_scan_ask(struct bs_scan *scan)
{
	bool judged = bs_scan_wants_body(scan->envelope);
	unsigned owed;
	struct bs_round round = {
	    .deadline_ms = judged ? MESSAGE_MS : ADDRESS_MS,
	    .is_away = scan->envelope->engine_is_away,
	    .fill = fill,
	    .take = take,
	    .context = scan,
	};

	choose(scan);
	round.count = scan->asked_count + (scan->leaves_as != NULL ? 1 : 0);
	owed = bs_ask_round(&round);
	if (judged && scan->asked_count < scan->recipients)
		leave_the_rest(scan);
	return owed;
}

bool
bs_scan_keeps_tag(const struct bs_scan *scan,
    bool (*goes_on)(const char *recipient))
{
	unsigned asked = 0;

	/* not all of them were asked about, but in this order */
	for (unsigned n = 0; n < scan->recipients; n++) {
		bool answered = false;

		if (asked < scan->asked_count &&
		    scan->asked[asked].recipient == n)
			answered = scan->asked[asked++].answered;
		if (!answered && bs_verdict_is_tagged(scan->recipient(n)) &&
		    goes_on(scan->recipient(n)))
			return true;
	}
	return false;
}

int
bs_scan_strip(const struct bs_scan *scan, unsigned n,
    char out[static BS_ADDRESS_MAX])
{
	if (!scan->asked[n].strip)
		return -EINVAL;
	return bs_verdict_untag(scan->recipient(scan->asked[n].recipient), out);
}
