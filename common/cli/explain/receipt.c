/* Receipts (RFC 8098) that are rejections: of Sieve, of a full mailbox. */
#include <stdlib.h>
#include <string.h>

#include "common/base/ascii.h"
#include "common/cli/explain/receipt.h"
#include "common/cli/explain/open_message.h"
#include "common/mail/parts.h"

/* Octets of a text in which the reason is looked for. */
#define LOOKED_MAX 65536

/* Deleted by nobody's hand: the mail was not taken. A person who deletes a mail
 * unread does so by hand. */
static bool
is_rejection(const struct bs_dsn_facts *facts)
{
	static const char by_itself[] = "automatic-action/";
	const char *text = facts->disposition;
	const char *type = strchr(text, ';');

	if (type == NULL || strlen(text) < sizeof(by_itself) ||
	    !bs_ascii_same(text, by_itself, sizeof(by_itself) - 1))
		return false;
	type += 1 + strspn(type + 1, " ");
	return (strlen(type) >= 7 && bs_ascii_same(type, "deleted", 7)) ||
	       (strlen(type) >= 6 && bs_ascii_same(type, "failed", 6));
}

/* Copies what stands behind "rejected:" in a text, up to an empty line. Returns
 * whether there is anything. */
static bool
copy_reason(const char *text, size_t len, char *out, size_t size)
{
	static const char word[] = "rejected:";
	const char *end = text + len;
	const char *at = memmem(text, len, word, sizeof(word) - 1);
	size_t used = 0;

	if (at == NULL)
		return false;
	at += sizeof(word) - 1;
	while (at < end && (*at == ' ' || *at == '\n'))
		at++;
	for (; at < end && used + 1 < size; at++) {
		if (*at == '\n' && (at + 1 == end || at[1] == '\n'))
			break;
		out[used++] = (char)((unsigned char)*at < 0x20 ? ' ' : *at);
	}
	out[used] = '\0';
	return used > 0;
}

static bool
find_reason(const struct bs_part *part, char *out, size_t size)
{
	char *buffer;
	size_t len;
	bool found;

	if (part->type != BS_PART_TEXT ||
	    (buffer = bs_open_part(part, LOOKED_MAX, &len)) == NULL)
		return false;
	found = copy_reason(buffer, len, out, size);
	free(buffer);
	return found;
}

void
bs_explain_receipt(struct bs_explained *out)
{
	const struct bs_opened_message *message = out->message;
	struct bs_part part;
	size_t at = 0;

	if (message->facts.class != BS_DSN_MDN ||
	    !is_rejection(&message->facts))
		return;
	out->is_rejection = true;
	memcpy(out->rejection, message->facts.diagnostic,
	    sizeof(out->rejection));
	if (out->rejection[0] == '\0' &&
	    bs_part_next(message->text.text, message->text.len, &at, &part))
		(void)find_reason(&part, out->rejection,
		    sizeof(out->rejection));
}
