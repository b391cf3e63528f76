/* Op sent: what the host accepted is remembered, or counted. */
#include <string.h>

#include "common/judge/case.h"
#include "common/keys/tag.h"

/* How a message left that bears no good tag of ours. What could have been
 * signed was not in time, or it went past the listeners that sign. */
static enum bs_msg_fate
unsigned_fate(const struct bs_case *matter, const struct bs_address *sender)
{
	const enum bs_listener listener = matter->request->listener;
	const char *reason = bs_case_unsigned(matter, sender);

	if (reason == NULL || strcmp(reason, "tagged") == 0)
		return listener == BS_LISTENER_OUT ||
			       listener == BS_LISTENER_LOCAL
			   ? BS_MSG_OBSTACLE
			   : BS_MSG_RELAYED;
	if (strcmp(reason, "sign-off") == 0)
		return BS_MSG_RELAYED;
	return strcmp(reason, "exempt") == 0 ? BS_MSG_EXEMPT : BS_MSG_OBSTACLE;
}

/* Mail of ours that left without a tag. Where one went, other mail of the
 * domain may have gone. */
static enum bs_msg_fate
note_unsigned(const struct bs_case *matter, const struct bs_address *sender,
    const struct bs_address *plain)
{
	enum bs_msg_fate fate = unsigned_fate(matter, sender);

	bs_case_note(matter, plain, BS_NOTE_UNSIGNED);
	if (fate == BS_MSG_RELAYED)
		bs_case_note_domain(matter, BS_NOTE_UNSIGNED);
	if (matter->domain->sign && fate != BS_MSG_EXEMPT)
		bs_case_tally(matter, BS_TALLY_UNSIGNED);
	return fate;
}

/* The reverse-path of ours that a message left with. *plain is the address
 * behind the tag. */
static enum bs_msg_fate
note_sender(const struct bs_case *matter, const struct bs_address *sender,
    struct bs_address *plain)
{
	struct bs_tag tag;
	struct bs_tag_key key;

	*plain = *sender;
	if (bs_tag_parse(sender, &tag) != BS_SHAPE_OURS)
		return note_unsigned(matter, sender, plain);
	*plain = tag.plain;
	if (bs_keyring_verify(matter->view.keyring, &tag, matter->today,
		matter->lifetime_days) != BS_TAG_VALID ||
	    bs_facts_tag_key(&matter->view, &tag, matter->today,
		matter->lifetime_days, &key) != 0)
		return note_unsigned(matter, sender, plain);
	bs_writer_count(matter->judge->writer, &key,
	    matter->request->recipients, 0, matter->now);
	bs_case_tally(matter, BS_TALLY_SIGNED);
	return BS_MSG_SIGNED;
}

static void
add_owner(const struct bs_case *matter, const struct bs_address *address,
    struct bs_msg_record *record)
{
	uint8_t hash[BS_RECORD_HASH];

	if (bs_view_hash_address(&matter->view, address, hash) == 0)
		bs_msg_add_owner(record, hash);
}

static void
add_domains(const struct bs_case *matter, struct bs_msg_record *record)
{
	const struct bs_list *domains = &matter->request->recipient_domains;
	uint8_t hash[BS_RECORD_HASH];
	const char *at = NULL;

	while ((at = bs_list_next(domains, at)) != NULL)
		if (bs_view_hash_domain(&matter->view, at, strlen(at), hash) ==
		    0)
			bs_msg_add_domain(record, hash);
	/* not told is not nowhere */
	if (record->domain_count != domains->count || domains->count == 0 ||
	    domains->truncated || matter->request->partial) {
		memset(record->domains, 0, sizeof(record->domains));
		record->domain_count = BS_MSG_MANY;
	}
}

static void
record_message(const struct bs_case *matter, struct bs_msg_record *record)
{
	const char *id = bs_list_next(&matter->request->message_ids, NULL);
	struct bs_msg_key key = {.day = matter->today};

	add_domains(matter, record);
	record->sent = matter->now;
	record->recipients = matter->request->recipients;
	bs_view_hash(&matter->view, id, strlen(id), key.message_id);
	bs_writer_sent(matter->judge->writer, &key, record, matter->now);
}

/* Whether a header From of ours stands in the message; it owns it, too. */
static bool
take_header_from(struct bs_case *matter, struct bs_msg_record *record)
{
	const char *text = matter->request->header_from;
	struct bs_address from;

	if (bs_address_parse(text, strlen(text), &from) != 0 ||
	    bs_case_domain(matter, &from) == NULL)
		return false;
	add_owner(matter, &from, record);
	return true;
}

/* Mail that leaves. */
static void
outgoing(struct bs_case *matter)
{
	const struct bs_request *request = matter->request;
	struct bs_msg_record record = {.fate = BS_MSG_RELAYED};
	struct bs_address sender;
	struct bs_address plain;
	bool owned;

	if (bs_address_parse(request->sender, strlen(request->sender),
		&sender) != 0 ||
	    (request->listener == BS_LISTENER_IN &&
		!bs_facts_trusted(&matter->view, request)))
		return; /* somebody says that they are us */
	matter->domain = bs_case_domain(matter, &sender);
	if (matter->domain != NULL) {
		record.fate = (uint8_t)note_sender(matter, &sender, &plain);
		add_owner(matter, &plain, &record);
	}
	owned = take_header_from(matter, &record) || matter->domain != NULL;
	if (!owned || !matter->view.config->messages)
		return;
	if (request->message_ids.count > 0)
		record_message(matter, &record);
	else if (matter->domain != NULL) {
		bs_case_note(matter, &plain, BS_NOTE_UNRECORDED);
		bs_case_note_domain(matter, BS_NOTE_UNRECORDED);
	}
}

void
bs_judge_accepted(const struct bs_case *matter,
    const struct bs_finding *finding)
{
	struct bs_writer *writer = matter->judge->writer;

	if (finding->facts.sender == BS_SENDER_OTHER)
		return;
	if (finding->facts.tag == BS_TAG_VALID && finding->has_tag_key)
		bs_writer_count(writer, &finding->tag_key, 0, 1, matter->now);
	/* what proved nothing must not use up the cap of what does */
	if (finding->facts.evidence == BS_EVIDENCE_YES)
		bs_writer_bounced(writer, &finding->msg_key, matter->now);
}

/* Of a tag, of a message, or of both. */
static void
incoming(const struct bs_case *matter)
{
	struct bs_finding finding;

	if (bs_facts_find(&matter->view, matter->request, matter->now,
		&finding) == 0)
		bs_judge_accepted(matter, &finding);
}

void
bs_judge_sent(struct bs_case *matter)
{
	const struct bs_request *request = matter->request;

	int64_t missed_from = matter->now - request->missed_seconds - 1;

	if (request->missed_seconds > 0)
		bs_writer_gap(matter->judge->writer,
		    missed_from > 0 ? missed_from : 0, matter->now);
	if (request->refused)
		bs_judge_refused(matter);
	else if (request->recipient[0] != '\0')
		incoming(matter);
	else
		outgoing(matter);
}
