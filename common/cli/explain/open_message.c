/* Finds the notice in a message that a person handed over. */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/cli/explain/open_message.h"
#include "common/mail/head.h"
#include "common/mail/parts.h"

#define PARTS_MAX 64	/* looked at in one message ... */
#define MESSAGES_MAX 16 /* ... and messages in messages */

/* How much is looked at inside a message: LOOKS times its length, and
 * LOOKS_MORE octets. */
#define LOOKS 3
#define LOOKS_MORE 65536

/* A header for a pasted text that has none, so that the reader takes it for a
 * notice if its text is one. */
static const char borrowed_header[] =
    "From: MAILER-DAEMON@pasted.invalid\nSubject: pasted\n\n";

static const char *const form_names[] = {
    [BS_MESSAGE_FORM_AS_IS] = "as-is",
    [BS_MESSAGE_FORM_UNQUOTED] = "unquoted",
    [BS_MESSAGE_FORM_FORWARDED] = "forwarded",
    [BS_MESSAGE_FORM_PASTED] = "pasted",
};

const char *
bs_message_form_name(enum bs_message_form form)
{
	return form_names[form];
}

/* Reads a text. Returns whether it is a notice. */
static bool
take(struct bs_opened_message *opened, struct bs_slice text)
{
	static struct bs_dsn dsn; /* too large for a stack */

	bs_dsn_begin(&dsn);
	bs_dsn_push(&dsn, text.text, text.len);
	bs_dsn_end(&dsn);
	opened->text = text;
	opened->facts = dsn.facts;
	opened->is_notice = dsn.facts.class == BS_DSN_REPORT ||
			    dsn.facts.class == BS_DSN_NONSTANDARD ||
			    dsn.facts.class == BS_DSN_MDN;
	return opened->is_notice;
}

/* As take(), of a copy under the borrowed header. opened owns the copy. */
static bool
take_borrowed(struct bs_opened_message *opened, struct bs_slice text)
{
	size_t head = sizeof(borrowed_header) - 1;
	char *copy = malloc(head + text.len);

	if (copy == NULL)
		return false;
	memcpy(copy, borrowed_header, head);
	memcpy(copy + head, text.text, text.len);
	free(opened->owned);
	opened->owned = copy;
	return take(opened, (struct bs_slice){copy, head + text.len});
}

/* As take(), of a text in a buffer, which opened owns if this is a notice. */
static bool
take_owned(struct bs_opened_message *opened, char *buffer, struct bs_slice text)
{
	if (!take(opened, text))
		return false;
	free(opened->owned);
	opened->owned = buffer;
	return true;
}

/* Looks for a notice that is quoted in a text, from its header on. Frees the
 * buffer, or gives it to opened. */
static bool
find_quoted(struct bs_opened_message *opened, char *buffer, size_t len)
{
	size_t at;
	struct bs_slice rest;

	len = bs_unquote_text(buffer, len);
	at = bs_unquote_has_header(buffer, len)
		 ? 0
		 : bs_unquote_find_notice(buffer, len, false);
	rest = (struct bs_slice){buffer + at, len - at};
	if (rest.len > 0 && take_owned(opened, buffer, rest))
		return true;
	if (rest.len > 0 && at > 0 && take_borrowed(opened, rest)) {
		free(buffer);
		return true;
	}
	free(buffer);
	return false;
}

/* Messages inside messages that are still to be looked into, with the buffers
 * that they lie in. */
struct pending {
	size_t budget; /* octets that may still be looked at */
	size_t count;
	size_t next;
	char *buffers[MESSAGES_MAX];
	struct bs_slice texts[MESSAGES_MAX];
};

/* Looks at a message inside another. If it is no notice, it waits to be looked
 * into. */
static bool
find_message(struct bs_opened_message *opened, struct pending *pending,
    char *buffer, size_t len)
{
	struct bs_slice envelope;
	struct bs_slice text;
	size_t at = 0;

	if (!bs_unquote_next(buffer, len, &at, &envelope, &text)) {
		free(buffer);
		return false;
	}
	if (take_owned(opened, buffer, text))
		return true;
	if (pending->count == MESSAGES_MAX) {
		free(buffer);
		return false;
	}
	pending->texts[pending->count] = text;
	pending->buffers[pending->count++] = buffer;
	return false;
}

/* Looks for a notice in a part, which is a message or a text. */
char *
bs_open_part(const struct bs_part *part, size_t max, size_t *len)
{
	struct bs_part head = *part;
	char *out;

	if (head.body.len > max)
		head.body.len = max;
	if ((out = malloc(head.body.len + BS_PART_SLACK)) != NULL)
		*len = bs_part_decode(&head, out);
	return out;
}

static bool
find_in_part(struct bs_opened_message *opened, struct pending *pending,
    const struct bs_part *part)
{
	size_t len;
	char *buffer;

	/* parts may overlap where a boundary is not met again */
	if (part->body.len > pending->budget) {
		pending->budget = 0;
		return false;
	}
	pending->budget -= part->body.len;
	if (part->type == BS_PART_OTHER || part->body.len == 0)
		return false;
	if ((buffer = bs_open_part(part, SIZE_MAX, &len)) == NULL)
		return false;
	len = bs_unquote_clean(buffer, len);
	if (part->type == BS_PART_TEXT)
		return find_quoted(opened, buffer, len);
	return find_message(opened, pending, buffer, len);
}

static bool
find_in_message(struct bs_opened_message *opened, struct pending *pending,
    struct bs_slice text)
{
	struct bs_part part;
	size_t at = 0;

	bs_part_whole(text.text, text.len, &part);
	if (find_in_part(opened, pending, &part))
		return true;
	for (unsigned i = 0; i < PARTS_MAX && pending->budget > 0; i++) {
		if (!bs_part_next(text.text, text.len, &at, &part))
			return false;
		if (find_in_part(opened, pending, &part))
			return true;
	}
	return false;
}

/* Looks for a notice in a message, and in the messages in that. */
static bool
find_inside(struct bs_opened_message *opened, struct bs_slice text)
{
	struct pending pending = {.budget = LOOKS * text.len + LOOKS_MORE};
	bool found = find_in_message(opened, &pending, text);

	while (!found && pending.next < pending.count)
		found = find_in_message(opened, &pending,
		    pending.texts[pending.next++]);
	for (size_t i = 0; i < pending.count; i++)
		free(pending.buffers[i]);
	return found;
}

/* A copy of the message, without its quoting. Returns NULL without memory. */
static char *
unquoted_copy(struct bs_slice message, size_t *len)
{
	char *copy = malloc(message.len > 0 ? message.len : 1);

	if (copy == NULL)
		return NULL;
	memcpy(copy, message.text, message.len);
	*len = bs_unquote_text(copy, message.len);
	return copy;
}

static bool
has_from(struct bs_slice text)
{
	struct bs_head_field field;
	size_t at = 0;

	while (bs_head_next(text.text, text.len, &at, &field))
		if (bs_head_is(&field, "from"))
			return true;
	return false;
}

/* Opens a text with a header: a message, or the printout of one. */
static void
open_message(struct bs_opened_message *opened, struct bs_slice text,
    enum bs_message_form form)
{
	char *copy = opened->owned;

	opened->form = form;
	opened->owned = NULL;
	if (take(opened, text)) {
		opened->owned = copy;
		return;
	}
	opened->form = BS_MESSAGE_FORM_FORWARDED;
	if (find_inside(opened, text)) {
		free(copy);
		return;
	}
	opened->form = BS_MESSAGE_FORM_PASTED;
	if (!has_from(text) &&
	    bs_unquote_find_notice(text.text, text.len, true) == 0 &&
	    take_borrowed(opened, text)) {
		free(copy);
		return;
	}
	free(opened->owned);
	opened->owned = copy;
	opened->form = form;
	(void)take(opened, text);
}

/* Opens a text without a header of its own: quoted, forwarded or pasted. */
static int
open_text(struct bs_opened_message *opened, struct bs_slice message)
{
	size_t len;
	size_t at = 0;
	char *copy = unquoted_copy(message, &len);
	struct bs_slice envelope;
	struct bs_slice text = {copy, 0};

	if (copy == NULL)
		return -ENOMEM;
	opened->owned = copy;
	/* the "From " line of a mailbox may be quoted, too */
	if (bs_unquote_next(copy, len, &at, &envelope, &text))
		text.len = len - (size_t)(text.text - copy);
	if (bs_unquote_has_header(text.text, text.len)) {
		open_message(opened, text, BS_MESSAGE_FORM_UNQUOTED);
		return 0;
	}
	opened->form = BS_MESSAGE_FORM_PASTED;
	at = bs_unquote_find_notice(text.text, text.len, false);
	if (at < text.len &&
	    take(opened, (struct bs_slice){text.text + at, text.len - at}))
		return 0;
	(void)take_borrowed(opened, text);
	return 0;
}

int
bs_open_message(struct bs_slice envelope, struct bs_slice message,
    struct bs_opened_message *out)
{
	memset(out, 0, sizeof(*out));
	out->envelope = envelope;
	if (!bs_unquote_has_header(message.text, message.len))
		return open_text(out, message);
	open_message(out, message, BS_MESSAGE_FORM_AS_IS);
	return 0;
}

void
bs_open_message_free(struct bs_opened_message *opened)
{
	free(opened->owned);
	opened->owned = NULL;
}
