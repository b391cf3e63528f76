/* One message out of what a person handed over, ready to be explained. */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/cli/explain/open_message.h"
#include "common/mail/head.h"
#include "common/mail/parts.h"

#define MAX_BYTES (64 * 1024 * 1024)
#define CHUNK_BYTES 65536
#define PARTS_MAX 64	/* looked at in one message ... */
#define MESSAGES_MAX 16 /* ... and messages in messages */

/* What makes a notice of a pasted text that has no header: the parser then
 * decides by banners and returned headers. */
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

/* Reads until the end. Returns 0, -EFBIG or -errno. */
static int
read_all(int fd, char **text, size_t *len)
{
	size_t size = 0;
	ssize_t n = 1;
	char *grown;

	while (n != 0) {
		if (*len == MAX_BYTES)
			return -EFBIG;
		if (*len == size) {
			size += size < CHUNK_BYTES ? CHUNK_BYTES : size;
			if ((grown = realloc(*text, size)) == NULL)
				return -ENOMEM;
			*text = grown;
		}
		if ((n = read(fd, *text + *len, size - *len)) < 0) {
			if (errno != EINTR)
				return -errno;
			continue;
		}
		*len += (size_t)n;
	}
	return 0;
}

int
bs_open_message_read(const char *path, char **text, size_t *len)
{
	int fd = STDIN_FILENO;
	int rc;

	*text = NULL;
	*len = 0;
	if (path != NULL && (fd = open(path, O_RDONLY | O_CLOEXEC)) < 0)
		return -errno;
	rc = read_all(fd, text, len);
	if (path != NULL)
		close(fd);
	if (rc != 0) {
		free(*text);
		*text = NULL;
	}
	return rc;
}

/* Whether it is a notice; the facts are the letter's then. */
static bool
take(struct bs_opened_message *letter, struct bs_slice text)
{
	static struct bs_dsn dsn; /* too large for a stack */

	bs_dsn_begin(&dsn);
	bs_dsn_push(&dsn, text.text, text.len);
	bs_dsn_end(&dsn);
	letter->text = text;
	letter->facts = dsn.facts;
	letter->is_notice = dsn.facts.class == BS_DSN_REPORT ||
			    dsn.facts.class == BS_DSN_NONSTANDARD ||
			    dsn.facts.class == BS_DSN_MDN;
	return letter->is_notice;
}

/* As take(), of a copy under the borrowed header, which becomes the letter's.
 */
static bool
take_borrowed(struct bs_opened_message *letter, struct bs_slice text)
{
	size_t head = sizeof(borrowed_header) - 1;
	char *copy = malloc(head + text.len);

	if (copy == NULL)
		return false;
	memcpy(copy, borrowed_header, head);
	memcpy(copy + head, text.text, text.len);
	free(letter->owned);
	letter->owned = copy;
	return take(letter, (struct bs_slice){copy, head + text.len});
}

/* As take(), where the text lies in a buffer that becomes the letter's. */
static bool
take_owned(struct bs_opened_message *letter, char *buffer, struct bs_slice text)
{
	if (!take(letter, text))
		return false;
	free(letter->owned);
	letter->owned = buffer;
	return true;
}

/* Looks for a notice that was quoted in a text, from its header on. Frees
 * the buffer, or gives it to the letter. */
static bool
find_quoted(struct bs_opened_message *letter, char *buffer, size_t len)
{
	size_t at;
	struct bs_slice rest;

	len = bs_unquote_text(buffer, len);
	at = bs_unquote_has_header(buffer, len)
		 ? 0
		 : bs_unquote_find_notice(buffer, len, false);
	rest = (struct bs_slice){buffer + at, len - at};
	if (rest.len > 0 && take_owned(letter, buffer, rest))
		return true;
	if (rest.len > 0 && at > 0 && take_borrowed(letter, rest)) {
		free(buffer);
		return true;
	}
	free(buffer);
	return false;
}

/* Messages that were found in messages and are still to be looked into; their
 * buffers are ours. */
struct pending {
	size_t count;
	size_t next;
	char *buffers[MESSAGES_MAX];
	struct bs_slice texts[MESSAGES_MAX];
};

/* Looks at a message that was found in another: it is the notice, or waits to
 * be looked into. */
static bool
find_message(struct bs_opened_message *letter, struct pending *pending,
    char *buffer, size_t len)
{
	struct bs_slice envelope;
	struct bs_slice text;
	size_t at = 0;

	if (!bs_unquote_next(buffer, len, &at, &envelope, &text)) {
		free(buffer);
		return false;
	}
	if (take_owned(letter, buffer, text))
		return true;
	if (pending->count == MESSAGES_MAX) {
		free(buffer);
		return false;
	}
	pending->texts[pending->count] = text;
	pending->buffers[pending->count++] = buffer;
	return false;
}

/* Looks for a notice in a part: as a message of its own, or as a text. */
static bool
find_in_part(struct bs_opened_message *letter, struct pending *pending,
    const struct bs_part *part)
{
	size_t len;
	char *buffer;

	if (part->type == BS_PART_OTHER || part->body.len == 0 ||
	    (buffer = malloc(part->body.len + BS_PART_SLACK)) == NULL)
		return false;
	len = bs_unquote_clean(buffer, bs_part_decode(part, buffer));
	if (part->type == BS_PART_TEXT)
		return find_quoted(letter, buffer, len);
	return find_message(letter, pending, buffer, len);
}

static bool
find_in_message(struct bs_opened_message *letter, struct pending *pending,
    struct bs_slice text)
{
	struct bs_part part;
	size_t at = 0;

	bs_part_whole(text.text, text.len, &part);
	if (find_in_part(letter, pending, &part))
		return true;
	for (unsigned i = 0; i < PARTS_MAX; i++) {
		if (!bs_part_next(text.text, text.len, &at, &part))
			return false;
		if (find_in_part(letter, pending, &part))
			return true;
	}
	return false;
}

/* Looks for a notice in a message, and in the messages in that. */
static bool
find_inside(struct bs_opened_message *letter, struct bs_slice text)
{
	struct pending pending = {0};
	bool found = find_in_message(letter, &pending, text);

	while (!found && pending.next < pending.count)
		found = find_in_message(letter, &pending,
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

/* A text with a header: a message, or the print of one. */
static void
open_message(struct bs_opened_message *letter, struct bs_slice text,
    enum bs_message_form form)
{
	char *copy = letter->owned;

	letter->form = form;
	letter->owned = NULL;
	if (take(letter, text)) {
		letter->owned = copy;
		return;
	}
	letter->form = BS_MESSAGE_FORM_FORWARDED;
	if (find_inside(letter, text)) {
		free(copy);
		return;
	}
	letter->form = BS_MESSAGE_FORM_PASTED;
	if (!has_from(text) &&
	    bs_unquote_find_notice(text.text, text.len, true) == 0 &&
	    take_borrowed(letter, text)) {
		free(copy);
		return;
	}
	free(letter->owned);
	letter->owned = copy;
	letter->form = form;
	(void)take(letter, text);
}

/* A text without a header of its own: quoted, forwarded or pasted. */
static int
open_text(struct bs_opened_message *letter, struct bs_slice message)
{
	size_t len;
	size_t at = 0;
	char *copy = unquoted_copy(message, &len);
	struct bs_slice envelope;
	struct bs_slice text = {copy, 0};

	if (copy == NULL)
		return -ENOMEM;
	letter->owned = copy;
	/* a mailbox's line may have been quoted, too */
	if (bs_unquote_next(copy, len, &at, &envelope, &text))
		text.len = len - (size_t)(text.text - copy);
	if (bs_unquote_has_header(text.text, text.len)) {
		open_message(letter, text, BS_MESSAGE_FORM_UNQUOTED);
		return 0;
	}
	letter->form = BS_MESSAGE_FORM_PASTED;
	at = bs_unquote_find_notice(text.text, text.len, false);
	if (at < text.len &&
	    take(letter, (struct bs_slice){text.text + at, text.len - at}))
		return 0;
	(void)take_borrowed(letter, text);
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
bs_open_message_free(struct bs_opened_message *letter)
{
	free(letter->owned);
	letter->owned = NULL;
}
