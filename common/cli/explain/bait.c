/* Mail that imitates a notice, so that somebody clicks on what is in it. A true
 * notice returns a mail, or names somebody else: whoever did not get it. */
#include <stdlib.h>
#include <string.h>

#include "common/adapter/verdict.h"
#include "common/base/ascii.h"
#include "common/cli/explain/bait.h"
#include "common/cli/explain/open_message.h"
#include "common/mail/encoded_words.h"
#include "common/mail/head.h"
#include "common/mail/parts.h"

/* Parts, and octets of each, that are searched for a link. */
#define PARTS_MAX 16
#define LOOKED_MAX 65536

/* Whether a list names nobody but the reader. */
static bool
is_reader_alone(const struct bs_list *list, const char *reader)
{
	const char *item = NULL;

	while ((item = bs_list_next(list, item)) != NULL)
		if (strlen(item) != strlen(reader) ||
		    !bs_ascii_same(item, reader, strlen(reader)))
			return false;
	return !list->truncated;
}

static bool
names_reader_alone(const struct bs_explained *explained)
{
	const struct bs_dsn_facts *facts = &explained->message->facts;
	char plain[BS_ADDRESS_MAX];
	const char *reader = explained->recipient;

	if (reader[0] == '\0' ||
	    facts->final_recipients.count + facts->original_recipients.count ==
		0)
		return false;
	if (bs_verdict_untag(reader, plain) == 0)
		reader = plain;
	return is_reader_alone(&facts->final_recipients, reader) &&
	       is_reader_alone(&facts->original_recipients, reader);
}

/* Whether From calls its author a mail system, whatever the address. */
static bool
is_called_system(const struct bs_opened_message *message)
{
	static const char *const words[] = {"mail delivery", "mailer-daemon",
	    "mailer daemon", "delivery subsystem", "undeliver"};
	struct bs_head_field field;
	char text[512];
	size_t at = 0;

	while (
	    bs_head_next(message->text.text, message->text.len, &at, &field)) {
		if (!bs_head_is(&field, "From"))
			continue;
		bs_encoded_words_read(field.value.text, field.value.len, text,
		    sizeof(text));
		for (char *c = text; *c != '\0'; c++)
			*c = bs_ascii_lower(*c);
		for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
			if (strstr(text, words[i]) != NULL)
				return true;
	}
	return false;
}

static bool
part_has_link(const struct bs_part *part)
{
	size_t len;
	char *buffer = bs_open_part(part, LOOKED_MAX, &len);
	bool found;

	if (buffer == NULL)
		return false;
	found = memmem(buffer, len, "http://", 7) != NULL ||
		memmem(buffer, len, "https://", 8) != NULL;
	free(buffer);
	return found;
}

static bool
has_link(const struct bs_opened_message *message)
{
	struct bs_part part;
	size_t at = 0;

	bs_part_whole(message->text.text, message->text.len, &part);
	if (part_has_link(&part))
		return true;
	for (unsigned i = 0; i < PARTS_MAX; i++) {
		if (!bs_part_next(message->text.text, message->text.len, &at,
			&part))
			return false;
		if (part_has_link(&part))
			return true;
	}
	return false;
}

void
bs_explain_bait(struct bs_explained *out)
{
	const struct bs_opened_message *message = out->message;
	const struct bs_dsn_facts *facts = &message->facts;

	if (facts->class == BS_DSN_NONSTANDARD)
		out->is_bait = !facts->has_returned_header &&
			       facts->message_ids.count == 0 &&
			       names_reader_alone(out);
	else if (facts->class == BS_DSN_ORDINARY)
		out->is_bait = facts->own_from[0] != '\0' &&
			       is_called_system(message) && has_link(message);
}
