/* What the header of the message itself says about its kind. */
#include <string.h>

#include "common/base/ascii.h"
#include "common/bounce/ids.h"
#include "common/bounce/own_header.h"
#include "common/bounce/recipients.h"
#include "common/bounce/signs.h"
#include "common/mail/encoded_words.h"

static void
take_message_id(struct bs_dsn *dsn, const struct bs_mime_field *field)
{
	struct bs_dsn_facts *facts = &dsn->facts;

	if (facts->has_own_message_id || dsn->headless)
		return;
	/* one that is empty or too long is there, but its text is not kept */
	facts->has_own_message_id = true;
	if (bs_mime_message_id(field->value, field->value_len,
		facts->own_message_id, sizeof(facts->own_message_id)) != 0)
		facts->own_message_id[0] = '\0';
}

static void
take_from(struct bs_dsn *dsn, const struct bs_mime_field *field)
{
	if (dsn->facts.own_from[0] == '\0' &&
	    bs_mime_address(field->value, field->value_len, dsn->facts.own_from,
		sizeof(dsn->facts.own_from)) != 0)
		dsn->facts.own_from[0] = '\0';
}

/* Exim's: addresses between commas. */
static void
take_failed(struct bs_dsn *dsn, const struct bs_mime_field *field)
{
	char value[BS_UNFOLD_MAX];
	char address[BS_ADDRESS_MAX];
	const char *at = value;
	const char *end;

	bs_encoded_words_read(field->value, field->value_len, value,
	    sizeof(value));
	end = value + strlen(value);
	while (at < end) {
		const char *comma = memchr(at, ',', (size_t)(end - at));
		size_t len = (size_t)((comma == NULL ? end : comma) - at);

		if (bs_mime_address(at, len, address, sizeof(address)) == 0 &&
		    address[0] != '\0')
			bs_dsn_recipients_add(&dsn->hints.failed, address,
			    strlen(address));
		at += len + 1;
	}
}

/* To whom the bounce itself is: as many as there is room for. */
static void
take_recipient(struct bs_dsn *dsn, const struct bs_mime_field *field)
{
	static const char *const fields[] = {"To", "Delivered-To",
	    "X-Original-To", "Envelope-To"};
	char address[BS_ADDRESS_MAX];
	size_t used = strlen(dsn->own_recipients);
	size_t i = 0;

	while (i < sizeof(fields) / sizeof(fields[0]) &&
	       !bs_mime_is(field, fields[i]))
		i++;
	if (i == sizeof(fields) / sizeof(fields[0]) ||
	    bs_mime_address(field->value, field->value_len, address,
		sizeof(address)) != 0 ||
	    strchr(address, '@') == NULL ||
	    used + strlen(address) + 2 > sizeof(dsn->own_recipients))
		return;
	memcpy(dsn->own_recipients + used, address, strlen(address));
	used += strlen(address);
	memcpy(dsn->own_recipients + used, "\n", 2);
}

void
bs_dsn_own_header_field(struct bs_dsn *dsn, const struct bs_mime_field *field)
{
	dsn->signals |= bs_dsn_signs_of(field);
	if (bs_mime_is(field, "Message-ID"))
		take_message_id(dsn, field);
	else if (bs_mime_is(field, "From"))
		take_from(dsn, field);
	else if (bs_mime_is(field, "X-Failed-Recipients"))
		take_failed(dsn, field);
	else if (bs_mime_is(field, "References") ||
		 bs_mime_is(field, "In-Reply-To") ||
		 bs_dsn_ids_is_original(field))
		bs_dsn_ids_take(&dsn->named_ids, field);
	else
		take_recipient(dsn, field);
}
