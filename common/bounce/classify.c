/* Decides what kind of message it is, and puts the facts together. */
#include <string.h>

#include "common/bounce/classify.h"
#include "common/bounce/ids.h"
#include "common/bounce/returned.h"
#include "common/bounce/state.h"

/* Points that make a message a notice. One that a person may have written needs
 * more, as people forward and quote notices. */
#define ENOUGH 4
#define ENOUGH_OF_PEOPLE 5

bool
bs_dsn_is_quiet(const struct bs_dsn *dsn)
{
	const unsigned loud = BS_DSN_FROM_DAEMON | BS_DSN_FROM_SYSTEM |
			      BS_DSN_SUBJECT_FAILURE | BS_DSN_NULL_PATH |
			      BS_DSN_FAILED_RECIPIENTS | BS_DSN_TOP_REPORT |
			      BS_DSN_AUTO_SUBMITTED | BS_DSN_STATUS_FIELD |
			      BS_DSN_HAS_STATUS | BS_DSN_NESTED;

	return (dsn->signals & loud) == 0 && dsn->hints.failures == 0;
}

static unsigned
points_of_header(unsigned signals)
{
	unsigned points = 0;

	if (signals & BS_DSN_FROM_DAEMON)
		points += 3;
	else if (signals & BS_DSN_FROM_SYSTEM)
		points += 2;
	if (signals & BS_DSN_FAILED_RECIPIENTS)
		points += 4;
	if (signals & BS_DSN_SUBJECT_FAILURE)
		points += 2;
	if (signals & BS_DSN_SUBJECT_TITLE)
		points += 1;
	if (signals & BS_DSN_NULL_PATH)
		points += 1;
	if (signals & BS_DSN_TOP_REPORT)
		points += 1;
	if (signals & BS_DSN_AUTO_SUBMITTED)
		points += 1;
	return points;
}

/* What the message itself shows, without a notice that it returns. */
static unsigned
signals_of(const struct bs_dsn *dsn)
{
	return (dsn->signals & BS_DSN_NESTED) != 0 ? dsn->outer_signals
						   : dsn->signals;
}

/* Whether a person may have written it. */
static bool
has_author(const struct bs_dsn *dsn)
{
	const unsigned systems =
	    BS_DSN_FROM_DAEMON | BS_DSN_FROM_SYSTEM | BS_DSN_FROM_ROBOT;

	/* nobody can answer a From without an address */
	return (dsn->signals & systems) == 0 &&
	       strchr(dsn->facts.own_from, '@') != NULL;
}

static bool
is_notice(const struct bs_dsn *dsn)
{
	bool is_nested = (dsn->signals & BS_DSN_NESTED) != 0;
	unsigned signals = signals_of(dsn);
	unsigned points;

	/* "Re: Delivery failed" by a person is talk about a notice */
	if (has_author(dsn) && (signals & BS_DSN_SUBJECT_REPLY) != 0 &&
	    (signals & BS_DSN_AUTO_REPLIED) == 0)
		signals &= ~(unsigned)BS_DSN_SUBJECT_FAILURE;
	points = points_of_header(signals);
	points += is_nested ? dsn->outer_words
			    : dsn->hints.failures + dsn->hints.known_banner;
	if (signals & BS_DSN_HAS_STATUS)
		points += 4;
	if (signals & BS_DSN_STATUS_FIELD)
		points += 1;
	if (signals & BS_DSN_HAS_PART)
		points += dsn->facts.received_count > 0 ? 2 : 1;
	else if (is_nested || dsn->text_header.fields != 0)
		points += 1;
	if (signals & BS_DSN_SUBJECT_AUTO)
		return points >= 7;
	return points >= (has_author(dsn) ? ENOUGH_OF_PEOPLE : ENOUGH);
}

/* Whether a mail system wrapped a report of RFC 3464 in another message. */
static bool
is_wrapped_report(const struct bs_dsn *dsn)
{
	const unsigned report = BS_DSN_INNER_REPORT | BS_DSN_HAS_STATUS;

	return (dsn->signals & report) == report && !has_author(dsn) &&
	       is_notice(dsn);
}

static enum bs_dsn_class
class_of(const struct bs_dsn *dsn)
{
	unsigned signals = signals_of(dsn);

	if (signals & BS_DSN_HAS_FEEDBACK)
		return BS_DSN_ARF;
	if (signals & BS_DSN_HAS_RECEIPT)
		return BS_DSN_MDN;
	if ((signals & BS_DSN_TOP_REPORT) && (signals & BS_DSN_HAS_STATUS))
		return BS_DSN_REPORT;
	if (is_wrapped_report(dsn))
		return BS_DSN_REPORT;
	if (is_notice(dsn))
		return BS_DSN_NONSTANDARD;
	if ((signals & BS_DSN_SUBJECT_COMPLAINT) && (signals & BS_DSN_HAS_PART))
		return BS_DSN_ARF;
	if (signals & (BS_DSN_AUTO_REPLIED | BS_DSN_SUBJECT_AUTO))
		return BS_DSN_AUTOREPLY;
	return BS_DSN_ORDINARY;
}

/* The kind that the policy judges by. What is a bounce here may be refused, so
 * this is stricter than class_of(). */
static enum bs_kind
kind_of(const struct bs_dsn *dsn, enum bs_dsn_class class)
{
	unsigned signals = dsn->signals;

	if (class == BS_DSN_MDN)
		return BS_KIND_MDN;
	if (class == BS_DSN_REPORT)
		return BS_KIND_DSN;
	if (class == BS_DSN_NONSTANDARD) {
		if (signals & (BS_DSN_HAS_STATUS | BS_DSN_FAILED_RECIPIENTS))
			return BS_KIND_DSN;
		if (dsn->facts.has_returned_header || dsn->hints.known_banner)
			return BS_KIND_DSN;
	}
	if (class == BS_DSN_AUTOREPLY || (signals & BS_DSN_AUTO_SUBMITTED))
		return BS_KIND_AUTO;
	return BS_KIND_OTHER;
}

/* Takes a text where the report says nothing. */
static void
fall_back(char *out, const char *text, size_t size)
{
	if (out[0] == '\0')
		memcpy(out, text, size);
}

/* Names an address that may have failed, where the text names none clearly. It
 * is a guess: it may be the sender's own, or that of a mailing list. */
static void
name_one(struct bs_dsn_hints *hints, const char *address)
{
	if (hints->recipients.count > 0 || address[0] == '\0')
		return;
	if (bs_list_add(&hints->recipients, address, strlen(address)) != 0)
		hints->recipients.truncated = true;
	hints->recipients.guessed = true;
}

/* Names the bounce's own recipient: it failed only if nobody else is named. */
static void
name_receiver(struct bs_dsn *dsn)
{
	char address[BS_ADDRESS_MAX];
	const char *own = dsn->own_recipients + dsn->hints.receiver;
	size_t len = strcspn(own, "\n");

	memcpy(address, own, len);
	address[len] = '\0';
	name_one(&dsn->hints, address);
}

static void
fill_in(struct bs_dsn *dsn)
{
	struct bs_dsn_facts *facts = &dsn->facts;
	struct bs_dsn_hints *hints = &dsn->hints;
	const char *original;

	if (!(dsn->signals & BS_DSN_HAS_PART) && dsn->text_header.fields != 0)
		bs_dsn_returned_keep(facts, &dsn->text_header);
	bs_dsn_ids_gather(dsn);
	if ((original = bs_list_next(&hints->originals, NULL)) != NULL)
		name_one(hints, original);
	if (hints->blames_receiver)
		name_receiver(dsn);
	name_one(hints, hints->address);
	name_one(hints, hints->to);
	if (hints->names_receiver)
		name_receiver(dsn);
	if (facts->final_recipients.count == 0)
		facts->final_recipients = hints->failed;
	if (facts->final_recipients.count == 0)
		facts->final_recipients = hints->recipients;
	if (facts->original_recipients.count == 0)
		facts->original_recipients = hints->originals;
	fall_back(facts->status, hints->status, sizeof(facts->status));
	fall_back(facts->action, hints->action, sizeof(facts->action));
	fall_back(facts->reporting_mta, hints->reporting_mta,
	    sizeof(facts->reporting_mta));
	fall_back(facts->diagnostic, hints->diagnostic,
	    sizeof(facts->diagnostic));
}

/* An ordinary message returns nothing, whatever it quotes: keeps only what is
 * of the message itself. */
static void
leave_own(struct bs_dsn_facts *facts)
{
	char own_message_id[sizeof(facts->own_message_id)];
	char own_from[sizeof(facts->own_from)];
	bool has_own = facts->has_own_message_id;
	enum bs_kind kind = facts->kind;

	memcpy(own_message_id, facts->own_message_id, sizeof(own_message_id));
	memcpy(own_from, facts->own_from, sizeof(own_from));
	memset(facts, 0, sizeof(*facts));
	memcpy(facts->own_message_id, own_message_id, sizeof(own_message_id));
	memcpy(facts->own_from, own_from, sizeof(own_from));
	facts->has_own_message_id = has_own;
	facts->kind = kind;
}

void
bs_dsn_classify(struct bs_dsn *dsn)
{
	struct bs_dsn_facts *facts = &dsn->facts;

	fill_in(dsn);
	facts->class = class_of(dsn);
	facts->kind = kind_of(dsn, facts->class);
	if (facts->class == BS_DSN_ORDINARY)
		leave_own(facts);
}
