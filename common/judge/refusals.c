/* Whether a bounce that was refused was genuine after all. It is the one fault
 * that must not be, so it is looked for: a message whose record comes late, or
 * from another host, was ours when its bounce was refused; and so was one that
 * the administrator accepts. */
#include <string.h>

#include "common/base/log.h"
#include "common/judge/refusals.h"

/* Returns 0, or -EMSGSIZE for an address that has no hash. */
static int
key_of(const struct bs_case *question, const struct bs_address *owner,
    struct bs_refused_key *out)
{
	uint8_t hash[BS_RECORD_HASH];
	int rc = bs_view_hash_address(&question->view, owner, hash);

	if (rc == 0)
		memcpy(out->owner, hash, sizeof(out->owner));
	return rc;
}

/* The addressed user, without a tag. */
static int
recipient_of(const struct bs_case *question, const struct bs_known *known,
    struct bs_address *out)
{
	const char *text = question->request->recipient;

	if (!known->has_tag)
		return bs_address_parse(text, strlen(text), out);
	*out = question->tag.plain;
	return 0;
}

void
bs_refusals_note(const struct bs_case *question, const struct bs_known *known)
{
	const struct bs_list *ids = &question->request->message_ids;
	struct bs_refused_key key;
	struct bs_address owner;
	const char *id = NULL;

	/* to a forged tag; that it returns a message of ours is known already
	 */
	if (known->facts.evidence == BS_EVIDENCE_YES ||
	    recipient_of(question, known, &owner) != 0 ||
	    key_of(question, &owner, &key) != 0)
		return;
	while ((id = bs_list_next(ids, id)) != NULL) {
		bs_view_hash(&question->view, id, strlen(id), key.message_id);
		bs_writer_refused(question->judge->writer, &key, question->now);
	}
}

/* Tells of a refusal that was wrong, once. */
static void
check(const struct bs_case *question, const struct bs_address *owner,
    struct bs_refused_key *key)
{
	struct bs_case of_owner = *question;
	struct bs_refused_record record;
	struct bs_log_line line;
	char text[BS_ADDRESS_MAX];

	of_owner.domain = bs_case_domain(question, owner);
	if (of_owner.domain == NULL || key_of(question, owner, key) != 0 ||
	    !bs_writer_refused_known(question->judge->writer, key, &record,
		question->now))
		return;
	bs_case_tally(&of_owner, BS_TALLY_REFUSED_LATER_KNOWN);
	bs_log_begin(&line);
	bs_log_add(&line, "event", "refused-later-known");
	if (bs_address_write(owner, text, sizeof(text)) == 0)
		bs_log_add(&line, "sender", text);
	bs_log_add_number(&line, "bounces", record.bounces);
	bs_log_end(&line, BS_LOG_ERR);
}

void
bs_refusals_check_bounce(const struct bs_case *question,
    const struct bs_known *known)
{
	struct bs_refused_key key;
	struct bs_address owner;

	memcpy(key.message_id, known->msg_key.message_id,
	    sizeof(key.message_id));
	if (recipient_of(question, known, &owner) == 0)
		check(question, &owner, &key);
}

void
bs_refusals_check_accepted(const struct bs_case *question,
    const struct bs_known *known)
{
	const struct bs_list *ids = &question->request->message_ids;
	struct bs_refused_key key;
	struct bs_address owner;
	const char *id = NULL;

	if (recipient_of(question, known, &owner) != 0)
		return;
	while ((id = bs_list_next(ids, id)) != NULL) {
		bs_view_hash(&question->view, id, strlen(id), key.message_id);
		check(question, &owner, &key);
	}
}

void
bs_refusals_check_sent(const struct bs_case *question,
    const struct bs_address *owner)
{
	const char *id = bs_list_next(&question->request->message_ids, NULL);
	struct bs_refused_key key;

	if (id == NULL)
		return;
	bs_view_hash(&question->view, id, strlen(id), key.message_id);
	check(question, owner, &key);
}
