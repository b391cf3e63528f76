/* Any octets as a mailbox, a quoted text, a message with parts: nothing comes
 * out that did not go in. */
#include <stdlib.h>
#include <string.h>

#include "common/mail/head.h"
#include "common/mail/parts.h"
#include "common/mail/unquote.h"
#include "tests/fuzz/fuzz.h"

static void
must_lie_in(struct bs_slice inner, const char *text, size_t len)
{
	MUST(inner.text >= text && inner.text <= text + len);
	MUST(inner.len <= len - (size_t)(inner.text - text));
}

static void
check_head(const char *text, size_t len)
{
	struct bs_head_field field;
	struct bs_slice address;
	char copy[64];
	size_t at = 0;
	size_t last = 0;

	while (bs_head_next(text, len, &at, &field)) {
		size_t within = 0;

		MUST(at > last && at <= len);
		last = at;
		must_lie_in(field.name, text, len);
		must_lie_in(field.value, text, len);
		MUST(field.name.len > 0);
		bs_head_copy(field.value, copy, sizeof(copy));
		MUST(strlen(copy) < sizeof(copy));
		while (bs_head_address(field.value, &within, &address)) {
			must_lie_in(address, text, len);
			MUST(memchr(address.text, '@', address.len) != NULL);
		}
	}
	MUST(at <= len);
}

static void
check_part(const struct bs_part *part, const char *text, size_t len)
{
	char *body;

	must_lie_in(part->body, text, len);
	if ((body = malloc(part->body.len + BS_PART_SLACK)) == NULL)
		abort();
	MUST(bs_part_decode(part, body) <= part->body.len + BS_PART_SLACK);
	free(body);
}

static void
check_parts(const char *text, size_t len)
{
	struct bs_part part;
	size_t at = 0;
	size_t last = 0;

	bs_part_whole(text, len, &part);
	check_part(&part, text, len);
	while (bs_part_next(text, len, &at, &part)) {
		MUST(at > last && at <= len);
		last = at;
		check_part(&part, text, len);
	}
}

/* The messages of a mailbox, none of which overlaps another. */
static void
check_messages(const char *text, size_t len)
{
	struct bs_slice envelope;
	struct bs_slice message;
	const char *end = text;
	size_t at = 0;

	while (bs_unquote_next(text, len, &at, &envelope, &message)) {
		must_lie_in(envelope, text, len);
		must_lie_in(message, text, len);
		MUST(envelope.text >= end);
		MUST(message.text >= envelope.text + envelope.len);
		MUST(envelope.len + message.len > 0);
		end = message.text + message.len;
		check_head(message.text, message.len);
		check_parts(message.text, message.len);
	}
	MUST(at == len);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size > 0 ? size : 1);
	size_t len;
	size_t at;

	if (text == NULL)
		abort();
	memcpy(text, data, size);
	len = bs_unquote_clean(text, size);
	MUST(len <= size);
	MUST(memchr(text, '\r', len) == NULL);
	check_messages(text, len);
	at = bs_unquote_find_notice(text, len, false);
	MUST(at <= len);
	MUST(at == len || bs_unquote_has_header(text + at, len - at));
	MUST(bs_unquote_text(text, len) <= len);
	free(text);
	return 0;
}
