/* One message: what the engine is asked about it, and what follows. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "common/pure/address.h"
#include "common/pure/tag.h"
#include "exim/ask.h"
#include "exim/scan.h"

/* DESIGN §10: for an address alone, and where a message is judged. */
#define ADDRESS_MS 500
#define MESSAGE_MS 1000

#define COPY(array, text) snprintf(array, sizeof(array), "%s", text)

bool
bs_scan_wants_body(const struct bs_origin *origin)
{
	struct bs_address address;
	int rc;

	if (origin->listener != BS_LISTENER_IN || !origin->has_sender)
		return false;
	rc = bs_address_parse(origin->sender, strlen(origin->sender), &address);
	return rc == BS_ADDRESS_NULL ||
	       (rc == 0 && bs_address_is_daemon(&address));
}

static bool
is_tagged(const char *recipient, struct bs_tag *tag)
{
	struct bs_address address;

	return bs_address_parse(recipient, strlen(recipient), &address) == 0 &&
	       bs_tag_parse(&address, tag) == BS_SHAPE_OURS;
}

/* A bounce is judged for each recipient; of other mail, a tag comes off. */
static void
choose(struct bs_scan *scan)
{
	bool judged = bs_scan_wants_body(scan->origin);
	struct bs_tag tag;

	scan->asked_count = 0;
	for (unsigned n = 0;
	     n < scan->recipients && scan->asked_count < BS_SCAN_ASKED; n++) {
		bool tagged = is_tagged(scan->recipient(n), &tag);

		if (judged || tagged)
			scan->asked[scan->asked_count++] =
			    (struct bs_scan_asked){.recipient = n,
				.is_tagged = tagged};
	}
}

void
bs_scan_evidence(const struct bs_scan *scan, struct bs_request *request)
{
	const struct bs_dsn_facts *facts = scan->facts;

	request->kind = facts->kind;
	request->partial = facts->message_ids.truncated;
	request->message_ids = facts->message_ids;
	request->final_recipients = facts->final_recipients;
	request->original_recipients = facts->original_recipients;
	COPY(request->return_path, facts->return_path);
	request->date =
	    facts->returned_date > 0 ? (uint64_t)facts->returned_date : 0;
}

/* A round of questions: which of the recipients it is about. */
struct inquiry {
	struct bs_scan *scan;
	enum bs_op op;
	unsigned count;
	unsigned about[BS_SCAN_ASKED]; /* of scan->asked */
};

/* The question about the sender comes last, where there is one. */
static void
fill(void *context, unsigned n, struct bs_request *request)
{
	const struct inquiry *inquiry = context;
	const struct bs_scan *scan = inquiry->scan;

	bs_ask_from(scan->origin, request);
	if (n == inquiry->count) {
		request->op = BS_OP_SIGN;
		COPY(request->sender, scan->leaves_as);
		return;
	}
	request->op = inquiry->op;
	COPY(request->recipient,
	    scan->recipient(scan->asked[inquiry->about[n]].recipient));
	if (inquiry->op == BS_OP_DATA)
		bs_scan_evidence(scan, request);
	else
		request->inspect = bs_scan_wants_body(scan->origin);
}

/* Mail leaves but for these reasons of the engine's. */
static void
take_sender(struct bs_scan *scan, const struct bs_answer *answer)
{
	if (strcmp(answer->reason, "untrusted") == 0 ||
	    strcmp(answer->reason, "malformed") == 0)
		return;
	scan->trusted = true;
	scan->leaves = true;
	if (answer->action == BS_ACTION_REWRITE)
		COPY(scan->signed_as, answer->address);
}

static unsigned
harm(enum bs_action action)
{
	switch (action) {
	case BS_ACTION_REJECT:
		return 3;
	case BS_ACTION_DEFER:
		return 2;
	case BS_ACTION_JUNK:
		return 1;
	case BS_ACTION_NONE:
	case BS_ACTION_REWRITE:
	case BS_ACTION_HEADER:
		break;
	}
	return 0;
}

/* The message has one fate: the mildest of its recipients', where none known
 * is as mild as can be. */
static void
weigh(struct bs_scan *scan, const struct bs_answer *answer)
{
	static const struct bs_answer none;

	if (answer == NULL)
		answer = &none;
	if (scan->is_weighed && harm(answer->action) >= harm(scan->action))
		return;
	scan->is_weighed = true;
	scan->action = answer->action;
	COPY(scan->header, answer->header);
	COPY(scan->reply, answer->reply);
}

/* As at RCPT: the tag comes off, or is refused whatever the message says. */
static void
take_tag(struct bs_scan *scan, struct bs_scan_asked *asked,
    const struct bs_answer *answer)
{
	asked->strip = answer->address[0] != '\0';
	asked->is_refused = harm(answer->action) > harm(BS_ACTION_JUNK);
	if (asked->is_refused && bs_scan_wants_body(scan->origin))
		weigh(scan, answer);
}

static void
take(void *context, unsigned n, const struct bs_answer *answer)
{
	const struct inquiry *inquiry = context;
	struct bs_scan *scan = inquiry->scan;

	if (answer != NULL && strcmp(answer->verdict, "trusted") == 0)
		scan->trusted = true;
	if (inquiry->op == BS_OP_DATA)
		weigh(scan, answer);
	else if (answer != NULL && n < inquiry->count)
		take_tag(scan, &scan->asked[inquiry->about[n]], answer);
	else if (answer != NULL)
		take_sender(scan, answer);
}

/* The sender, and the tags. */
static unsigned
ask_addresses(struct bs_scan *scan)
{
	struct inquiry inquiry = {.scan = scan, .op = BS_OP_RCPT};
	struct bs_round round = {
	    .deadline_ms = ADDRESS_MS,
	    .is_away = scan->origin->engine_is_away,
	    .fill = fill,
	    .take = take,
	    .context = &inquiry,
	};

	for (unsigned n = 0; n < scan->asked_count; n++)
		if (scan->asked[n].is_tagged)
			inquiry.about[inquiry.count++] = n;
	round.count = inquiry.count + (scan->leaves_as != NULL ? 1 : 0);
	return bs_ask(&round);
}

/* The message, for each recipient that was not refused. */
static unsigned
ask_message(struct bs_scan *scan)
{
	struct inquiry inquiry = {.scan = scan, .op = BS_OP_DATA};
	struct bs_round round = {
	    .deadline_ms = MESSAGE_MS,
	    .is_away = scan->origin->engine_is_away,
	    .fill = fill,
	    .take = take,
	    .context = &inquiry,
	};

	for (unsigned n = 0; n < scan->asked_count; n++)
		if (!scan->asked[n].is_refused)
			inquiry.about[inquiry.count++] = n;
	round.count = inquiry.count;
	return bs_ask(&round);
}

unsigned
bs_scan_ask(struct bs_scan *scan)
{
	bool judged = bs_scan_wants_body(scan->origin);
	unsigned owed;

	choose(scan);
	if (judged && scan->asked_count < scan->recipients)
		weigh(scan, NULL);
	owed = ask_addresses(scan);
	if (!judged)
		return owed;
	if (owed == 0)
		return ask_message(scan);
	weigh(scan, NULL);
	return owed;
}

int
bs_scan_strip(const struct bs_scan *scan, unsigned n,
    char out[static BS_ADDRESS_MAX])
{
	struct bs_tag tag;

	if (!scan->asked[n].strip ||
	    !is_tagged(scan->recipient(scan->asked[n].recipient), &tag))
		return -EINVAL;
	return bs_address_write(&tag.plain, out, BS_ADDRESS_MAX) == 0 ? 0
								      : -EINVAL;
}
