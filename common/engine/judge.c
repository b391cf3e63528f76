/* From a question to its facts, its row and its answer. */
#include <stdio.h>
#include <string.h>

#include "common/engine/judge.h"
#include "common/pure/address.h"
#include "common/pure/header.h"
#include "common/pure/tag.h"

/* Bounces that a tag may have before more of them look like a replay
 * (DESIGN §5). */
#define CAP_MIN 20
#define CAP_PER_RECIPIENT 3

#define COPY(array, text) snprintf(array, sizeof(array), "%s", text)

/* One question being answered. */
struct matter {
	const struct bs_judge *judge;
	const struct bs_request *request;
	const struct bs_domain *domain; /* of the address, if it is ours */
	int64_t now;
	uint32_t today;
	unsigned lifetime_days;
};

static bool
is_trusted(const struct matter *matter)
{
	const struct bs_request *request = matter->request;

	return request->listener != BS_LISTENER_IN || request->auth ||
	       bs_config_trusts(matter->judge->config, request->client);
}

static const struct bs_domain *
domain_of(const struct matter *matter, const struct bs_address *address)
{
	return bs_config_domain(matter->judge->config, address->domain,
	    address->domain_len);
}

/* Returns whether the address could be hashed. */
static bool
hash_address(const struct matter *matter, const struct bs_address *address,
    uint8_t out[static BS_RECORD_HASH])
{
	char canonical[BS_ADDRESS_MAX];

	if (bs_address_canonical(address, canonical, sizeof(canonical)) != 0)
		return false;
	bs_writer_hash(matter->judge->writer, canonical, out);
	return true;
}

static bool
tag_key_of(const struct matter *matter, const struct bs_tag *tag,
    struct bs_tag_key *out)
{
	out->day =
	    bs_day_expand(tag->digits, matter->today, matter->lifetime_days);
	out->key = (uint8_t)tag->key;
	return hash_address(matter, &tag->plain, out->sender);
}

/* Why mail of a sender leaves as it is, or NULL (DESIGN §4). */
static const char *
unsigned_reason(const struct matter *matter, const struct bs_address *address)
{
	char canonical[BS_ADDRESS_MAX];
	const char *obstacle = bs_tag_obstacle(address);

	if (matter->domain == NULL)
		return "not-ours";
	if (!matter->domain->sign)
		return "sign-off";
	if (obstacle != NULL)
		return obstacle;
	if (bs_address_canonical(address, canonical, sizeof(canonical)) != 0)
		return "too-long";
	if (bs_domain_exempts(matter->domain, canonical))
		return "exempt";
	/* a tag of a wrong day is stale in the right one */
	if (bs_writer_meta(matter->judge->writer)->clock.in_doubt)
		return "clock";
	return NULL;
}

/* What is ours, could carry a tag and does not, makes coverage partial. */
static void
note_unsigned(const struct matter *matter, const struct bs_address *address,
    const char *reason)
{
	uint8_t hash[BS_RECORD_HASH];

	if (matter->domain == NULL || !matter->domain->sign ||
	    strcmp(reason, "tagged") == 0)
		return;
	if (hash_address(matter, address, hash))
		bs_writer_unsigned(matter->judge->writer, hash, matter->now);
}

/* Writes the signed address. Returns NULL or why there is none. */
static const char *
sign_address(const struct matter *matter, const struct bs_address *address,
    struct bs_answer *answer, struct bs_judgement *judgement)
{
	struct bs_tag tag = {.form = matter->domain->form, .plain = *address};
	struct bs_tag_key key;

	if (bs_keyring_sign(matter->judge->keyring, &tag, matter->today,
		matter->judge->config->lifetime_days) != 0)
		return "no-key";
	if (!tag_key_of(matter, &tag, &key) ||
	    bs_tag_write(&tag, answer->address, sizeof(answer->address)) != 0)
		return "too-long";
	memcpy(judgement->sender, key.sender, sizeof(judgement->sender));
	switch (bs_writer_signed(matter->judge->writer, &key, matter->now)) {
	case 0:
		COPY(answer->reason, "signed");
		break;
	case BS_WRITER_WAIT:
		COPY(answer->reason, "signed");
		judgement->wait = true;
		break;
	default:
		COPY(answer->reason, "unrecorded");
		break;
	}
	answer->action = BS_ACTION_REWRITE;
	return NULL;
}

static void
judge_sign(struct matter *matter, struct bs_answer *answer,
    struct bs_judgement *judgement)
{
	const char *text = matter->request->sender;
	struct bs_address address;
	const char *reason;
	int rc = bs_address_parse(text, strlen(text), &address);

	if (rc != 0) {
		COPY(answer->reason,
		    rc == BS_ADDRESS_NULL ? "null" : "malformed");
		return;
	}
	matter->domain = domain_of(matter, &address);
	reason = unsigned_reason(matter, &address);
	if (reason == NULL)
		reason = sign_address(matter, &address, answer, judgement);
	if (reason == NULL)
		return;
	COPY(answer->reason, reason);
	note_unsigned(matter, &address, reason);
}

static enum bs_sender
sender_fact(const struct bs_request *request)
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

/* Whether the store would know of every tag that was signed on the day of
 * this one (DESIGN §6, "Complete and covered"). */
static bool
is_complete(const struct matter *matter, const struct bs_tag *tag)
{
	const struct bs_judge *judge = matter->judge;
	const struct bs_key *key = bs_keyring_find(judge->keyring, tag->key);
	const struct bs_meta *meta = bs_writer_meta(judge->writer);
	int64_t expiry =
	    bs_day_expand(tag->digits, matter->today, matter->lifetime_days);
	int64_t first = expiry - matter->lifetime_days;
	int64_t last = expiry - judge->config->lifetime_days;

	if (!matter->domain->outbound_here || meta->clock.in_doubt ||
	    key == NULL ||
	    (key->origin != BS_KEY_MADE && key->origin != BS_KEY_REMADE))
		return false;
	return bs_meta_is_complete(meta, first * BS_DAY_SECONDS,
	    (last + 1) * BS_DAY_SECONDS);
}

static enum bs_issue
issue_fact(const struct matter *matter, const struct bs_tag *tag)
{
	struct bs_tag_record record;
	struct bs_tag_key key;
	uint64_t cap;
	int rc;

	if (!tag_key_of(matter, tag, &key))
		return BS_ISSUE_UNKNOWN;
	rc = bs_writer_tag(matter->judge->writer, &key, &record);
	if (rc < 0)
		return BS_ISSUE_UNKNOWN;
	if (rc == BS_STORE_ABSENT || record.issued == 0)
		return is_complete(matter, tag) ? BS_NOT_ISSUED
						: BS_ISSUE_UNKNOWN;
	cap = (uint64_t)CAP_PER_RECIPIENT * record.recipients;
	if (record.bounces >= (cap > CAP_MIN ? cap : CAP_MIN))
		return BS_ISSUED_OVER_CAP;
	return BS_ISSUED;
}

/* The facts of a recipient. *tag is set where its shape is ours. */
static enum bs_tag_shape
find_facts(const struct matter *matter, const struct bs_address *address,
    struct bs_facts *facts, struct bs_tag *tag)
{
	enum bs_tag_shape shape = bs_tag_parse(address, tag);

	facts->trusted = is_trusted(matter);
	facts->ours = matter->domain != NULL;
	facts->sender = sender_fact(matter->request);
	facts->kind = BS_KIND_UNREAD;
	facts->evidence = BS_EVIDENCE_NONE;
	facts->coverage = BS_COVERAGE_PARTIAL;
	facts->issue = BS_ISSUE_UNKNOWN;
	facts->tag = shape == BS_SHAPE_FOREIGN ? BS_TAG_FOREIGN : BS_TAG_NONE;
	if (shape != BS_SHAPE_OURS)
		return shape;
	if (!facts->ours) {
		facts->tag = BS_TAG_FOREIGN;
		return shape;
	}
	facts->tag = bs_keyring_verify(matter->judge->keyring, tag,
	    matter->today, matter->lifetime_days);
	if (facts->tag == BS_TAG_VALID)
		facts->issue = issue_fact(matter, tag);
	return shape;
}

/* A doubtful clock refuses nothing (DESIGN §5). */
static enum bs_action
soften(const struct matter *matter, enum bs_action action)
{
	if (action == BS_ACTION_REJECT &&
	    bs_writer_meta(matter->judge->writer)->clock.in_doubt)
		return BS_ACTION_HEADER;
	return action;
}

static void
act(const struct matter *matter, const struct bs_tag *tag,
    enum bs_tag_shape shape, struct bs_answer *answer,
    struct bs_judgement *judgement)
{
	const struct bs_row *row = judgement->row;
	bool strict = matter->domain != NULL && matter->domain->strict;

	if (matter->domain != NULL)
		judgement->mode = matter->domain->mode;
	judgement->would = soften(matter,
	    bs_policy_action(row, &judgement->facts, BS_ENFORCE, strict));
	answer->action = soften(matter,
	    bs_policy_action(row, &judgement->facts, judgement->mode, strict));
	COPY(answer->verdict, row->verdict);
	COPY(answer->reason, row->reason);
	if (bs_header_write(row->verdict, row->reason, row->number,
		answer->header, sizeof(answer->header)) != 0)
		answer->header[0] = '\0';
	if (answer->action == BS_ACTION_REJECT) {
		COPY(answer->reply, row->reply);
		return;
	}
	if (row->strip && shape == BS_SHAPE_OURS && matter->domain != NULL &&
	    bs_address_write(&tag->plain, answer->address,
		sizeof(answer->address)) == 0 &&
	    answer->action == BS_ACTION_NONE)
		answer->action = BS_ACTION_REWRITE;
}

static void
judge_recipient(struct matter *matter, struct bs_answer *answer,
    struct bs_judgement *judgement)
{
	const char *text = matter->request->recipient;
	struct bs_address address;
	struct bs_tag tag;
	enum bs_tag_shape shape;

	if (bs_address_parse(text, strlen(text), &address) != 0)
		return;
	matter->domain = domain_of(matter, &address);
	shape = find_facts(matter, &address, &judgement->facts, &tag);
	judgement->row = bs_policy_row(&judgement->facts);
	act(matter, &tag, shape, answer, judgement);
}

/* Accepted mail of ours: recipients for the tag it left with, or a mark that
 * it left without one. */
static void
count_outgoing(struct matter *matter)
{
	const struct bs_request *request = matter->request;
	struct bs_address address;
	struct bs_tag tag;
	struct bs_tag_key key;

	if (bs_address_parse(request->sender, strlen(request->sender),
		&address) != 0 ||
	    (matter->domain = domain_of(matter, &address)) == NULL)
		return;
	if (request->listener == BS_LISTENER_IN && !is_trusted(matter))
		return; /* somebody says that they are us */
	if (bs_tag_parse(&address, &tag) != BS_SHAPE_OURS) {
		note_unsigned(matter, &address, "relayed");
		return;
	}
	if (bs_keyring_verify(matter->judge->keyring, &tag, matter->today,
		matter->lifetime_days) == BS_TAG_VALID &&
	    tag_key_of(matter, &tag, &key))
		bs_writer_count(matter->judge->writer, &key,
		    request->recipients, 0, matter->now);
}

/* An accepted bounce at one of our tags. */
static void
count_bounce(struct matter *matter)
{
	const char *text = matter->request->recipient;
	struct bs_address address;
	struct bs_tag tag;
	struct bs_tag_key key;

	if (sender_fact(matter->request) == BS_SENDER_OTHER ||
	    bs_address_parse(text, strlen(text), &address) != 0 ||
	    (matter->domain = domain_of(matter, &address)) == NULL ||
	    bs_tag_parse(&address, &tag) != BS_SHAPE_OURS)
		return;
	if (bs_keyring_verify(matter->judge->keyring, &tag, matter->today,
		matter->lifetime_days) == BS_TAG_VALID &&
	    tag_key_of(matter, &tag, &key))
		bs_writer_count(matter->judge->writer, &key, 0, 1, matter->now);
}

void
bs_judge(const struct bs_judge *judge, const struct bs_request *request,
    int64_t now, struct bs_answer *answer, struct bs_judgement *judgement)
{
	struct matter matter = {
	    .judge = judge,
	    .request = request,
	    .now = now,
	    .today = bs_day_of(now),
	};

	matter.lifetime_days = bs_meta_lifetime(bs_writer_meta(judge->writer),
	    judge->config->lifetime_days, matter.today);
	memset(answer, 0, sizeof(*answer));
	memset(judgement, 0, sizeof(*judgement));
	answer->id = request->id;
	switch (request->op) {
	case BS_OP_SIGN:
		judge_sign(&matter, answer, judgement);
		break;
	case BS_OP_RCPT:
	case BS_OP_DATA:
		judge_recipient(&matter, answer, judgement);
		break;
	case BS_OP_SENT:
		if (request->recipient[0] != '\0')
			count_bounce(&matter);
		else
			count_outgoing(&matter);
		break;
	case BS_OP_SPF:
		answer->status = BS_STATUS_UNKNOWN;
		break;
	case BS_OP_PING:
	case BS_OP_RELOAD:
		break;
	}
}
