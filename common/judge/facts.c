/* From a question about a recipient to its facts. */
#include <errno.h>
#include <string.h>

#include "common/judge/coverage.h"
#include "common/judge/evidence.h"
#include "common/judge/facts.h"
#include "common/keys/day.h"

/* Bounces that a tag may have before more of them look like a replay. */
#define CAP_MIN 20
#define CAP_PER_RECIPIENT 3

bool
bs_facts_trusted(const struct bs_case *question)
{
	const struct bs_request *request = question->request;

	return request->listener != BS_LISTENER_IN || request->auth ||
	       bs_config_trusts(question->view.config, request->client);
}

enum bs_sender
bs_facts_sender(const struct bs_request *request)
{
	struct bs_address address;
	int rc = bs_address_parse(request->sender, strlen(request->sender),
	    &address);

	if (rc == BS_ADDRESS_NULL)
		return BS_SENDER_NULL;
	if (rc == 0 && bs_address_is_daemon(&address))
		return BS_SENDER_DAEMON;
	return BS_SENDER_OTHER;
}

int
bs_facts_tag_key(const struct bs_case *question, const struct bs_tag *tag,
    struct bs_tag_key *out)
{
	out->day = bs_day_expand(tag->digits, question->today,
	    question->lifetime_days);
	out->key = (uint8_t)tag->key;
	return bs_view_hash_address(&question->view, &tag->plain, out->sender);
}

/* Whether the store would know of every tag that was signed on the day of this
 * one. */
static bool
is_complete(const struct bs_case *question)
{
	const struct bs_view *view = &question->view;
	const struct bs_tag *tag = &question->tag;
	const struct bs_key *key = bs_keyring_find(view->keyring, tag->key);
	int64_t expiry = bs_day_expand(tag->digits, question->today,
	    question->lifetime_days);
	int64_t first = expiry - question->lifetime_days;
	int64_t last = expiry - view->config->lifetime_days;
	int64_t end;

	if (!question->domain->outbound_here || key == NULL ||
	    (key->origin != BS_KEY_MADE && key->origin != BS_KEY_REMADE) ||
	    bs_key_is_lent(key, question->lifetime_days, question->today) ||
	    bs_someone_else_signs(view, question->domain, (uint32_t)first))
		return false;
	end = (last + 1) * BS_DAY_SECONDS;
	return bs_store_fault(view, first * BS_DAY_SECONDS,
		   end < question->now ? end : question->now) == BS_REASON_NONE;
}

/* Whether "backstop store forget" may have removed the record of a tag: it
 * leaves a sender who has unsigned mail since, and never signed before. */
static bool
may_be_forgotten(const struct bs_case *question, const struct bs_known *known)
{
	const struct bs_tag_key *key = &known->tag_key;
	uint32_t day = key->day - question->lifetime_days; /* of signing */
	struct bs_sender_record sender;
	int rc = bs_view_sender(&question->view, key->sender, &sender);

	return rc < 0 || (rc == 0 && sender.last_unsigned_day >= day &&
			     (sender.first_signed_day == 0 ||
				 sender.first_signed_day > day));
}

static enum bs_issue
issue_fact(const struct bs_case *question, struct bs_known *known)
{
	const struct bs_tag_record *record = &known->tag_record;
	uint64_t cap;
	int rc;

	if (!known->has_tag_key)
		return BS_ISSUE_UNKNOWN;
	rc = bs_view_tag(&question->view, &known->tag_key, &known->tag_record);
	if (rc < 0)
		return BS_ISSUE_UNKNOWN;
	if (rc == BS_STORE_ABSENT || record->issued == 0)
		return is_complete(question) &&
			       !may_be_forgotten(question, known)
			   ? BS_NOT_ISSUED
			   : BS_ISSUE_UNKNOWN;
	cap = (uint64_t)CAP_PER_RECIPIENT * record->recipients;
	if (record->bounces >= (cap > CAP_MIN ? cap : CAP_MIN))
		return BS_ISSUED_OVER_CAP;
	return BS_ISSUED;
}

/* Looks at the tag of the recipient, if it has one. */
static void
find_tag(struct bs_case *question, const struct bs_address *address,
    struct bs_known *known)
{
	struct bs_facts *facts = &known->facts;
	enum bs_tag_shape shape = bs_tag_parse(address, &question->tag);

	facts->tag = shape == BS_SHAPE_FOREIGN ? BS_TAG_FOREIGN : BS_TAG_NONE;
	if (shape != BS_SHAPE_OURS)
		return;
	if (question->domain == NULL) {
		facts->tag = BS_TAG_FOREIGN;
		return;
	}
	known->has_tag = true;
	known->has_tag_key =
	    bs_facts_tag_key(question, &question->tag, &known->tag_key) == 0;
	facts->tag = bs_keyring_verify(question->view.keyring, &question->tag,
	    question->today, question->lifetime_days);
	if (facts->tag == BS_TAG_VALID)
		facts->issue = issue_fact(question, known);
}

/* What the message that was read proves, and what its absence would. */
static void
find_evidence(const struct bs_case *question, const struct bs_address *plain,
    struct bs_known *known)
{
	struct bs_span span;

	bs_span_of((int64_t)question->request->date, question->now,
	    question->lifetime_days, &span);
	bs_evidence_find(question, plain, &span, known);
	known->coverage_reason =
	    bs_coverage_fault(&question->view, question->domain, plain, &span);
	if (known->coverage_reason == BS_REASON_NONE)
		known->facts.coverage = BS_COVERAGE_FULL;
}

/* Where keys of ours were lost, a tag of an unknown key may be of one of them:
 * what it is worth could not be looked up. */
static void
doubt_unknown_key(const struct bs_case *question, struct bs_known *known)
{
	const struct bs_keyring *keyring = question->view.keyring;

	if (known->facts.tag != BS_TAG_UNKNOWN ||
	    known->facts.evidence == BS_EVIDENCE_YES ||
	    (keyring->count > 0 && keyring->damaged == 0) ||
	    bs_keyring_find(keyring, question->tag.key) != NULL)
		return;
	known->facts.evidence = BS_EVIDENCE_FAILED;
	known->evidence_reason = BS_REASON_KEY_TROUBLE;
}

int
bs_facts_find(struct bs_case *question, struct bs_known *out)
{
	const struct bs_request *request = question->request;
	struct bs_address address;

	memset(out, 0, sizeof(*out));
	if (bs_address_parse(request->recipient, strlen(request->recipient),
		&address) != 0)
		return -EINVAL;
	question->domain = bs_case_domain(question, &address);
	out->facts = (struct bs_facts){
	    .trusted = bs_facts_trusted(question),
	    .ours = question->domain != NULL,
	    .sender = bs_facts_sender(request),
	    .kind = request->kind,
	    .evidence = BS_EVIDENCE_NONE,
	    .issue = BS_ISSUE_UNKNOWN,
	    .coverage = BS_COVERAGE_PARTIAL,
	};
	find_tag(question, &address, out);
	if (out->facts.ours && !out->facts.trusted &&
	    out->facts.sender != BS_SENDER_OTHER &&
	    request->kind != BS_KIND_UNREAD)
		find_evidence(question,
		    out->has_tag ? &question->tag.plain : &address, out);
	doubt_unknown_key(question, out);
	return 0;
}
