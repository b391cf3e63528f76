/* Op sign: whether a return path is signed, and with what. */
#include <stdio.h>
#include <string.h>

#include "common/judge/case.h"
#include "common/keys/tag.h"

#define COPY(array, text) snprintf(array, sizeof(array), "%s", text)

/* Writes the signed address. Returns NULL or why there is none. */
static const char *
sign_address(const struct bs_case *matter, const struct bs_address *address,
    struct bs_answer *answer, struct bs_judgement *judgement)
{
	struct bs_tag tag = {.form = matter->domain->form, .plain = *address};
	struct bs_tag_key key;

	if (bs_keyring_sign(matter->judge->keyring, &tag, matter->today,
		matter->judge->config->lifetime_days) != 0)
		return "no-key";
	if (bs_facts_tag_key(&matter->view, &tag, matter->today,
		matter->lifetime_days, &key) != 0 ||
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

void
bs_judge_sign(struct bs_case *matter, struct bs_answer *answer,
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
	matter->domain = bs_case_domain(matter, &address);
	/* a stranger must not get a tag of ours for a forged sender */
	if (!bs_facts_trusted(&matter->view, matter->request)) {
		COPY(answer->reason,
		    matter->domain == NULL ? "stranger" : "untrusted");
		return;
	}
	reason = bs_case_unsigned(matter, &address);
	if (reason == NULL)
		reason = sign_address(matter, &address, answer, judgement);
	if (reason != NULL)
		COPY(answer->reason, reason);
	if (matter->domain != NULL && reason != NULL &&
	    strcmp(reason, "tagged") != 0)
		bs_case_note(matter, &address, BS_NOTE_UNSIGNED);
}
