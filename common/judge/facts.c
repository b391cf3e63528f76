/* From a question to its facts. It reads and changes nothing. */
#include <errno.h>
#include <string.h>

#include "common/judge/coverage.h"
#include "common/judge/evidence.h"
#include "common/judge/facts.h"
#include "common/keys/day.h"

/* Bounces that a tag may have before more of them look like a replay
 * (DESIGN §5). */
#define CAP_MIN 20
#define CAP_PER_RECIPIENT 3

/* One question. */
struct matter {
	const struct bs_view *view;
	const struct bs_request *request;
	int64_t now;
	uint32_t today;
	unsigned lifetime_days;
	struct bs_finding *finding;
};

bool
bs_facts_trusted(const struct bs_view *view, const struct bs_request *request)
{
	return request->listener != BS_LISTENER_IN || request->auth ||
	       bs_config_trusts(view->config, request->client);
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
bs_facts_tag_key(const struct bs_view *view, const struct bs_tag *tag,
    uint32_t today, unsigned lifetime_days, struct bs_tag_key *out)
{
	out->day = bs_day_expand(tag->digits, today, lifetime_days);
	out->key = (uint8_t)tag->key;
	return bs_view_hash_address(view, &tag->plain, out->sender);
}

/* Whether the store would know of every tag that was signed on the day of
 * this one (DESIGN §6). */
static bool
is_complete(const struct matter *matter, const struct bs_tag *tag)
{
	const struct bs_view *view = matter->view;
	const struct bs_key *key = bs_keyring_find(view->keyring, tag->key);
	int64_t expiry =
	    bs_day_expand(tag->digits, matter->today, matter->lifetime_days);
	int64_t first = expiry - matter->lifetime_days;
	int64_t last = expiry - view->config->lifetime_days;
	int64_t end;

	if (!matter->finding->domain->outbound_here || key == NULL ||
	    (key->origin != BS_KEY_MADE && key->origin != BS_KEY_REMADE))
		return false;
	end = (last + 1) * BS_DAY_SECONDS;
	return bs_store_fault(view, first * BS_DAY_SECONDS,
		   end < matter->now ? end : matter->now) == NULL;
}

/* Whether "backstop store forget" may have removed the record of a tag: it
 * leaves a sender who has unsigned mail since, and never signed before. */
static bool
may_be_forgotten(const struct matter *matter)
{
	const struct bs_tag_key *key = &matter->finding->tag_key;
	uint32_t day = key->day - matter->lifetime_days; /* of signing */
	struct bs_sender_record sender;
	int rc = bs_view_sender(matter->view, key->sender, &sender);

	return rc < 0 || (rc == 0 && sender.last_unsigned_day >= day &&
			     (sender.first_signed_day == 0 ||
				 sender.first_signed_day > day));
}

static enum bs_issue
issue_fact(const struct matter *matter)
{
	struct bs_finding *finding = matter->finding;
	const struct bs_tag_record *record = &finding->tag_record;
	uint64_t cap;
	int rc;

	if (!finding->has_tag_key)
		return BS_ISSUE_UNKNOWN;
	rc = bs_view_tag(matter->view, &finding->tag_key, &finding->tag_record);
	if (rc < 0)
		return BS_ISSUE_UNKNOWN;
	if (rc == BS_STORE_ABSENT || record->issued == 0)
		return is_complete(matter, &finding->tag) &&
			       !may_be_forgotten(matter)
			   ? BS_NOT_ISSUED
			   : BS_ISSUE_UNKNOWN;
	cap = (uint64_t)CAP_PER_RECIPIENT * record->recipients;
	if (record->bounces >= (cap > CAP_MIN ? cap : CAP_MIN))
		return BS_ISSUED_OVER_CAP;
	return BS_ISSUED;
}

/* Looks at the tag of the recipient, if it has one. */
static void
find_tag(const struct matter *matter, const struct bs_address *address)
{
	struct bs_finding *finding = matter->finding;
	struct bs_facts *facts = &finding->facts;
	enum bs_tag_shape shape = bs_tag_parse(address, &finding->tag);

	facts->tag = shape == BS_SHAPE_FOREIGN ? BS_TAG_FOREIGN : BS_TAG_NONE;
	if (shape != BS_SHAPE_OURS)
		return;
	if (finding->domain == NULL) {
		facts->tag = BS_TAG_FOREIGN;
		return;
	}
	finding->has_tag = true;
	finding->has_tag_key =
	    bs_facts_tag_key(matter->view, &finding->tag, matter->today,
		matter->lifetime_days, &finding->tag_key) == 0;
	facts->tag = bs_keyring_verify(matter->view->keyring, &finding->tag,
	    matter->today, matter->lifetime_days);
	if (facts->tag == BS_TAG_VALID)
		facts->issue = issue_fact(matter);
}

int
bs_facts_find(const struct bs_view *view, const struct bs_request *request,
    int64_t now, struct bs_finding *out)
{
	struct matter matter = {
	    .view = view,
	    .request = request,
	    .now = now,
	    .today = bs_day_of(now),
	    .finding = out,
	};
	const struct bs_address *plain;
	struct bs_address address;
	struct bs_span span;

	memset(out, 0, sizeof(*out));
	if (bs_address_parse(request->recipient, strlen(request->recipient),
		&address) != 0)
		return -EINVAL;
	matter.lifetime_days = bs_meta_lifetime(view->meta,
	    view->config->lifetime_days, matter.today);
	out->domain =
	    bs_config_domain(view->config, address.domain, address.domain_len);
	out->facts = (struct bs_facts){
	    .trusted = bs_facts_trusted(view, request),
	    .ours = out->domain != NULL,
	    .sender = bs_facts_sender(request),
	    .kind = request->kind,
	    .evidence = BS_EVIDENCE_NONE,
	    .issue = BS_ISSUE_UNKNOWN,
	    .coverage = BS_COVERAGE_PARTIAL,
	};
	find_tag(&matter, &address);
	if (out->domain == NULL || out->facts.trusted ||
	    out->facts.sender == BS_SENDER_OTHER ||
	    request->kind == BS_KIND_UNREAD)
		return 0;
	plain = out->has_tag ? &out->tag.plain : &address;
	bs_span_of((int64_t)request->date, now, matter.lifetime_days, &span);
	bs_evidence_find(view, request, plain, &span, matter.today,
	    matter.lifetime_days, out);
	out->coverage_reason =
	    bs_coverage_fault(view, out->domain, plain, &span);
	if (out->coverage_reason == NULL)
		out->facts.coverage = BS_COVERAGE_FULL;
	return 0;
}
