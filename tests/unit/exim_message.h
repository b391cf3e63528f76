/* A message and an engine that judges it, for the parts of Exim's module. */
#ifndef BS_EXIM_MESSAGE_H
#define BS_EXIM_MESSAGE_H

#include "exim/scan.h"
#include "tests/unit/exim_engine.h"

#define TAG "prvs=1234abcdef=alice@example.org"
#define BAD_TAG "prvs=1234000000=alice@example.org"
#define PLAIN "alice@example.org"

static const char *const *recipients;
static struct bs_envelope envelope;
static struct bs_dsn_facts facts;
static struct bs_scan scan;

static inline const char *
recipient(unsigned n)
{
	return recipients[n];
}

/* A message from a stranger, unless the test has it otherwise. */
static inline void
begin(const char *sender, const char *const *to, unsigned count)
{
	memset(&scan, 0, sizeof(scan));
	memset(&facts, 0, sizeof(facts));
	envelope = (struct bs_envelope){.listener = BS_LISTENER_IN,
	    .has_sender = true};
	snprintf(envelope.client, sizeof(envelope.client), "192.0.2.1");
	snprintf(envelope.sender, sizeof(envelope.sender), "%s", sender);
	recipients = to;
	scan.envelope = &envelope;
	scan.recipients = count;
	scan.recipient = recipient;
	scan.facts = &facts;
	if (sender[0] != '\0')
		scan.leaves_as = envelope.sender;
}

/* Good tags come off, bad ones are refused; of a message, recipients whose
 * name begins with r are refused, with j junked, with d deferred. */
static inline bool
judge(const struct bs_request *request, struct bs_answer *answer)
{
	const char *to = request->recipient;

	snprintf(answer->verdict, sizeof(answer->verdict), "genuine");
	if (request->op == BS_OP_SIGN) {
		answer->action = BS_ACTION_REWRITE;
		snprintf(answer->address, sizeof(answer->address), TAG);
	} else if (strcmp(to, BAD_TAG) == 0) {
		if (request->op == BS_OP_RCPT)
			return true;
		answer->action = BS_ACTION_REJECT;
		snprintf(answer->reason, sizeof(answer->reason), "bad-tag");
		snprintf(answer->reply, sizeof(answer->reply), "550 5.7.1 bad");
	} else if (request->op == BS_OP_RCPT) {
		answer->action = BS_ACTION_REWRITE;
		snprintf(answer->address, sizeof(answer->address), PLAIN);
	} else if (request->op == BS_OP_DATA) {
		answer->action = to[0] == 'r'	? BS_ACTION_REJECT
				 : to[0] == 'd' ? BS_ACTION_DEFER
				 : to[0] == 'j' ? BS_ACTION_JUNK
						: BS_ACTION_HEADER;
		if (strcmp(to, TAG) == 0)
			snprintf(answer->address, sizeof(answer->address),
			    PLAIN);
		snprintf(answer->header, sizeof(answer->header),
		    "X-Backstop: for %c", to[0]);
		if (answer->action != BS_ACTION_HEADER)
			snprintf(answer->reply, sizeof(answer->reply),
			    "550 5.7.1 no");
	}
	return true;
}

static inline bool
know_strangers(const struct bs_request *request, struct bs_answer *answer)
{
	snprintf(answer->reason, sizeof(answer->reason), "%s",
	    strcmp(request->sender, PLAIN) == 0 ? "untrusted" : "stranger");
	return true;
}

#endif
