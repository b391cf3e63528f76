/* Op sign: whether a return path is signed, and with what. */
#include <stdio.h>
#include <string.h>

#include "common/judge/counters.h"
#include "common/judge/facts.h"
#include "common/judge/sign.h"

/* Writes the signed address. Returns what came of it. */
static enum bs_reason
sign_address(const struct bs_case *question, const struct bs_address *address,
    struct bs_answer *answer, struct bs_judgement *judgement)
{
	struct bs_tag tag = {.form = question->domain->form, .plain = *address};
	struct bs_tag_key key;
	int rc;

	if (bs_keyring_sign(question->view.keyring, &tag, question->today,
		question->view.config->lifetime_days) != 0)
		return BS_REASON_NO_KEY;
	if (bs_facts_tag_key(question, &tag, &key) != 0 ||
	    bs_tag_write(&tag, answer->address, sizeof(answer->address)) != 0)
		return BS_REASON_TOO_LONG;
	answer->action = BS_ACTION_REWRITE;
	memcpy(judgement->sender, key.sender, sizeof(judgement->sender));
	rc = bs_writer_signed(question->judge->writer, &key, question->now);
	judgement->wait = rc == BS_WRITER_WAIT;
	return rc == 0 || rc == BS_WRITER_WAIT ? BS_REASON_SIGNED
					       : BS_REASON_UNRECORDED;
}

/* The host adds a domain that we do not know to the sender: it may be any of
 * ours, and mail of that address left without a tag. */
static void
note_everywhere(struct bs_case *question, const struct bs_address *address)
{
	const struct bs_config *config = question->view.config;

	for (size_t i = 0; i < config->domain_count; i++) {
		struct bs_address whole = *address;

		whole.domain = config->domains[i].name;
		whole.domain_len = strlen(whole.domain);
		whole.flags &= ~(unsigned)BS_ADDRESS_NO_DOMAIN;
		bs_case_note(question, &whole, BS_NOTE_UNSIGNED);
		question->domain = &config->domains[i];
		bs_case_tally(question, BS_TALLY_NAMELESS);
	}
	question->domain = NULL;
}

/* Signs what it can. Mail of ours that leaves unsigned is noted: without a tag
 * to expect, a bounce without one may be genuine. */
static enum bs_reason
sign(struct bs_case *question, struct bs_answer *answer,
    struct bs_judgement *judgement)
{
	const char *text = question->request->sender;
	struct bs_address address;
	enum bs_reason reason;
	int rc = bs_address_parse(text, strlen(text), &address);

	if (rc != 0)
		return rc == BS_ADDRESS_NULL ? BS_REASON_NULL_SENDER
					     : BS_REASON_MALFORMED;
	question->domain = bs_case_domain(question, &address);
	/* a stranger must not get a tag of ours for a forged sender */
	if (!bs_facts_trusted(question))
		return question->domain == NULL ? BS_REASON_STRANGER
						: BS_REASON_UNTRUSTED;
	if (question->domain != NULL ||
	    (address.flags & BS_ADDRESS_NO_DOMAIN) != 0)
		bs_case_sends(question);
	if (address.flags & BS_ADDRESS_NO_DOMAIN) {
		note_everywhere(question, &address);
		bs_counters_nameless(question->judge->counters);
		return BS_REASON_NO_DOMAIN;
	}
	reason = bs_case_unsigned(question, &address);
	if (reason == BS_REASON_NONE && question->domain != NULL)
		reason = sign_address(question, &address, answer, judgement);
	if (question->domain != NULL && answer->action != BS_ACTION_REWRITE &&
	    reason != BS_REASON_TAGGED)
		bs_case_note(question, &address, BS_NOTE_UNSIGNED);
	return reason;
}

void
bs_judge_sign(struct bs_case *question, struct bs_answer *answer,
    struct bs_judgement *judgement)
{
	judgement->reason = sign(question, answer, judgement);
	snprintf(answer->reason, sizeof(answer->reason), "%s",
	    bs_reason_word(judgement->reason));
}
