/* A message that is accepted is reported to the engine. */
#include <stdio.h>
#include <string.h>

#include "common/adapter/verdict.h"
#include "common/mail/address.h"
#include "common/base/ascii.h"
#include "exim/ask.h"
#include "exim/report_sent.h"

/* We have taken the mail, and its sender waits for our reply. */
#define REPORT_MS 500

/* The engine keeps up to four, and one more tells it that there are many. */
#define DOMAINS_MAX 5

#define COPY(array, text) snprintf(array, sizeof(array), "%s", text)

/* The questions of a round, in this order. */
struct reported {
	const struct bs_scan *scan;
	const struct bs_sent_message *message;
	unsigned bounces; /* a question each */
	unsigned leaves;  /* 1 or 0 */
};

static void
add_domain(struct bs_list *domains, const char *recipient)
{
	char domain[BS_ADDRESS_MAX];
	struct bs_address address;

	if (bs_address_parse(recipient, strlen(recipient), &address) != 0 ||
	    address.domain_len >= sizeof(domain))
		return;
	for (size_t i = 0; i < address.domain_len; i++)
		domain[i] = bs_ascii_lower(address.domain[i]);
	if (bs_list_add(domains, domain, address.domain_len) != 0)
		return; /* beyond 255 octets: no domain that a bounce names */
}

static void
fill_leaving(const struct reported *reported, struct bs_request *request)
{
	const struct bs_scan *scan = reported->scan;
	const char *id = reported->message->message_id;

	/* mail of a client that is not trusted goes out past the signer */
	request->listener =
	    scan->doubted ? BS_LISTENER_UNTAG : scan->envelope->signer;
	COPY(request->sender,
	    scan->signed_as[0] != '\0' ? scan->signed_as : scan->leaves_as);
	COPY(request->header_from, reported->message->from);
	request->recipients = scan->recipients;
	if (id[0] != '\0' &&
	    bs_list_add(&request->message_ids, id, strlen(id)) != 0)
		memset(&request->message_ids, 0, sizeof(request->message_ids));
	for (unsigned n = 0; n < scan->recipients &&
			     request->recipient_domains.count < DOMAINS_MAX;
	     n++)
		add_domain(&request->recipient_domains, scan->recipient(n));
}

static void
fill(void *context, unsigned n, struct bs_request *request)
{
	const struct reported *reported = context;
	const struct bs_scan *scan = reported->scan;

	bs_ask_envelope(scan->envelope, request);
	request->op = BS_OP_SENT;
	if (n < reported->bounces) {
		request->recipients = 1;
		COPY(request->recipient,
		    scan->recipient(scan->asked[n].recipient));
		bs_verdict_evidence(scan->facts, request);
	} else {
		fill_leaving(reported, request);
	}
}

static void
ignore(void *context, unsigned n, const struct bs_answer *answer)
{
	(void)context;
	(void)n;
	(void)answer;
}

unsigned
bs_report_sent(const struct bs_scan *scan,
    const struct bs_sent_message *message)
{
	struct reported reported = {
	    .scan = scan,
	    .message = message,
	    .leaves = scan->leaves ? 1 : 0,
	};
	struct bs_round round = {
	    .deadline_ms = REPORT_MS,
	    /* a bounce that is not counted does no harm; mail that leaves must
	     * be known */
	    .one_way = reported.leaves == 0,
	    .fill = fill,
	    .take = ignore,
	    .context = &reported,
	};

	if (bs_scan_wants_body(scan->envelope) && !scan->trusted &&
	    !(scan->asked_count == 1 && scan->asked[0].counted))
		reported.bounces = scan->asked_count;
	round.count = reported.bounces + reported.leaves;
	return bs_ask_round(&round);
}

static void
fill_outcome(void *context, unsigned n, struct bs_request *request)
{
	const struct reported *reported = context;
	const struct bs_scan *scan = reported->scan;

	bs_ask_envelope(scan->envelope, request);
	request->op = BS_OP_DATA;
	request->weighed = true;
	request->outcome = scan->verdict.action;
	COPY(request->recipient, scan->recipient(scan->asked[n].recipient));
	bs_verdict_evidence(scan->facts, request);
}

void
bs_report_sent_weighed(const struct bs_scan *scan)
{
	struct reported reported = {.scan = scan};
	struct bs_round round = {
	    .count = scan->asked_count,
	    .deadline_ms = REPORT_MS,
	    .one_way = true,
	    .fill = fill_outcome,
	    .take = ignore,
	    .context = &reported,
	};

	/* what is not written is not logged, and does no other harm */
	(void)!bs_ask_round(&round);
}

/* What is told of no message. */
struct told {
	unsigned missed_seconds;
	uint64_t hello;
	unsigned knows_seconds;
};

/* It is about no message: it has no sender. */
static void
fill_told(void *context, unsigned n, struct bs_request *request)
{
	const struct told *told = context;

	(void)n;
	request->op = told->missed_seconds > 0 || told->hello != 0 ? BS_OP_SENT
								   : BS_OP_PING;
	request->host = BS_HOST_EXIM;
	request->listener = BS_LISTENER_LOCAL;
	COPY(request->client, "local");
	request->missed_seconds = told->missed_seconds;
	request->hello = told->hello;
	request->knows_seconds = told->knows_seconds;
}

unsigned
bs_report_sent_missed(unsigned seconds, bool is_away)
{
	struct told told = {.missed_seconds = seconds};
	struct bs_round round = {
	    .count = 1,
	    .deadline_ms = REPORT_MS,
	    .is_away = is_away,
	    .fill = fill_told,
	    .take = ignore,
	    .context = &told,
	};

	return bs_ask_round(&round);
}

unsigned
bs_report_sent_hello(uint64_t asks, unsigned knows_seconds)
{
	struct told told = {.hello = asks, .knows_seconds = knows_seconds};
	struct bs_round round = {
	    .count = 1,
	    .deadline_ms = REPORT_MS,
	    .fill = fill_told,
	    .take = ignore,
	    .context = &told,
	};

	return bs_ask_round(&round);
}
