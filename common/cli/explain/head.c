/* For whom a notice is: whom its header names, and the tags in it. */
#include <stdio.h>
#include <string.h>

#include "common/cli/explain/head.h"
#include "common/cli/explain/origin.h"
#include "common/cli/explain/words.h"
#include "common/mail/date.h"
#include "common/mail/encoded_words.h"
#include "common/mail/head.h"

/* The fields that name the recipient of a notice, the best first: the host that
 * delivers writes all of them but To, which the sender of the notice writes. */
static const char *const recipient_fields[] = {
    "X-Original-To",
    "Envelope-To",
    "X-Envelope-To",
    "Delivered-To",
    "To",
};
#define RECIPIENT_FIELDS                                                       \
	(sizeof(recipient_fields) / sizeof(recipient_fields[0]))

const char bs_explain_returned_path[] = "returned Return-Path";

/* Which candidate is the recipient: the one of the best tag, then of the best
 * field.
 */
static unsigned
worth(const struct bs_explain_tag *tag, unsigned place)
{
	static const unsigned by_fact[] = {
	    [BS_TAG_VALID] = 600,
	    [BS_TAG_GRACE] = 500,
	    [BS_TAG_STALE] = 400,
	    [BS_TAG_BAD] = 300,
	    [BS_TAG_UNKNOWN] = 200,
	    [BS_TAG_NONE] = 100,
	    [BS_TAG_FOREIGN] = 100,
	};

	return by_fact[tag->is_ours ? tag->fact : BS_TAG_NONE] - place;
}

static unsigned
lifetime_of(const struct bs_explained *explained)
{
	const struct bs_explain_ground *ground = explained->ground;

	return bs_meta_lifetime(&ground->meta, ground->config->lifetime_days,
	    bs_day_of(explained->as_of));
}

/* Reads the tag of an address of ours, as of the time of judging. */
static void
read_tag(const struct bs_explained *explained, const struct bs_address *address,
    struct bs_explain_tag *out)
{
	struct bs_tag tag;
	uint32_t today = bs_day_of(explained->as_of);

	memset(out, 0, sizeof(*out));
	out->fact = BS_TAG_NONE;
	switch (bs_tag_parse(address, &tag)) {
	case BS_SHAPE_PLAIN:
		return;
	case BS_SHAPE_FOREIGN:
		out->fact = BS_TAG_FOREIGN;
		return;
	case BS_SHAPE_OURS:
		break;
	}
	out->is_ours = true;
	out->key = tag.key;
	out->day = bs_day_expand(tag.digits, today, lifetime_of(explained));
	out->fact = BS_TAG_UNKNOWN;
	if (!explained->ground->has_keyring)
		return;
	out->fact = bs_keyring_verify(&explained->ground->keyring, &tag, today,
	    lifetime_of(explained));
	out->day = bs_keyring_expiry(&explained->ground->keyring, &tag, today,
	    lifetime_of(explained));
}

/* Returns the settings of the address' domain, or NULL. */
static const struct bs_domain *
domain_of(const struct bs_explained *explained, struct bs_slice text,
    struct bs_address *out)
{
	if (text.len >= BS_ADDRESS_MAX ||
	    bs_address_parse(text.text, text.len, out) != 0)
		return NULL;
	return bs_config_domain(explained->ground->config, out->domain,
	    out->domain_len);
}

/* Takes an address as the recipient if it is worth more than the last. */
static void
consider(struct bs_explained *out, struct bs_slice text, const char *field,
    unsigned place, unsigned *best)
{
	const struct bs_domain *domain = NULL;
	struct bs_explain_tag tag = {.fact = BS_TAG_NONE};
	struct bs_address address;
	unsigned value;

	if (out->ground->config != NULL) {
		domain = domain_of(out, text, &address);
		if (domain == NULL)
			return;
		read_tag(out, &address, &tag);
	}
	value = worth(&tag, place);
	if (value <= *best || text.len >= sizeof(out->recipient))
		return;
	*best = value;
	memcpy(out->recipient, text.text, text.len);
	out->recipient[text.len] = '\0';
	out->recipient_field = field;
	out->domain = domain;
	out->tag = tag;
}

static void
take_recipient(struct bs_explained *out, const struct bs_head_field *field,
    unsigned *best)
{
	struct bs_slice address;
	size_t at = 0;

	for (unsigned i = 0; i < RECIPIENT_FIELDS; i++) {
		if (!bs_head_is(field, recipient_fields[i]))
			continue;
		while (bs_head_address(field->value, &at, &address))
			consider(out, address, recipient_fields[i], i, best);
	}
}

/* Takes the reverse-path, without its brackets. The "From " line of a mailbox
 * has the bare name of a mail system for a null one. */
static void
take_sender(struct bs_explained *out, struct bs_slice value)
{
	struct bs_slice found;
	size_t at = 0;

	if (out->head.has_sender)
		return;
	out->head.has_sender = true;
	if (bs_head_address(value, &at, &found))
		bs_head_copy(found, out->head.sender, sizeof(out->head.sender));
}

/* When the notice came: by the first field that a host on the way writes, which
 * is mostly our own, else by its Date. */
static void
take_arrival(struct bs_explain_head *head, const struct bs_head_field *field)
{
	struct bs_slice value = field->value;
	bool is_received = bs_head_is(field, "Received");
	int64_t when;

	if (is_received || bs_head_is(field, "Delivery-date")) {
		const char *date = memrchr(value.text, ';', value.len);

		if (head->has_trace)
			return;
		head->has_trace = true;
		if (is_received && date != NULL) {
			value.len -= (size_t)(date + 1 - value.text);
			value.text = date + 1;
		}
	} else if (!bs_head_is(field, "Date") || head->arrived != 0) {
		return;
	}
	if (bs_date_parse(value.text, value.len, &when) != 0)
		return;
	head->arrived = when;
	head->is_told_by_host = !bs_head_is(field, "Date");
}

static void
take_subject(struct bs_explain_head *head, const struct bs_head_field *field)
{
	char unfolded[1024];
	char decoded[1024];

	bs_head_copy(field->value, unfolded, sizeof(unfolded));
	bs_encoded_words_read(unfolded, strlen(unfolded), decoded,
	    sizeof(decoded));
	bs_explain_words(decoded, head->subject, sizeof(head->subject));
}

static void
take_field(struct bs_explained *out, const struct bs_head_field *field,
    unsigned *best)
{
	struct bs_explain_head *head = &out->head;

	take_recipient(out, field, best);
	if (bs_head_is(field, "Return-Path"))
		take_sender(out, field->value);
	else if (bs_head_is(field, "Subject") && head->subject[0] == '\0')
		take_subject(head, field);
	else if (bs_head_is(field, "X-Backstop") && head->seen[0] == '\0')
		bs_head_copy(field->value, head->seen, sizeof(head->seen));
}

static struct bs_slice
span_of(const char *text)
{
	return (struct bs_slice){text, strlen(text)};
}

/* Reads the tag of the returned return path. Nobody can make a valid one up.
 * One that is not valid may have been mangled on its way through the notice,
 * and says no more than the plain address. */
static void
take_path(struct bs_explained *out, unsigned *best)
{
	struct bs_slice text = span_of(out->message->facts.return_path);
	struct bs_address address;
	struct bs_tag tag;
	char plain[BS_ADDRESS_MAX];

	if (out->ground->config != NULL &&
	    domain_of(out, text, &address) != NULL) {
		read_tag(out, &address, &out->path_tag);
		if (out->path_tag.is_ours &&
		    out->path_tag.fact != BS_TAG_VALID &&
		    out->path_tag.fact != BS_TAG_GRACE &&
		    bs_tag_parse(&address, &tag) == BS_SHAPE_OURS &&
		    bs_address_write(&tag.plain, plain, sizeof(plain)) == 0)
			text = span_of(plain);
	}
	consider(out, text, bs_explain_returned_path, RECIPIENT_FIELDS, best);
}

/* What the returned mail says of its sender. */
static void
take_returned(struct bs_explained *out, unsigned *best)
{
	const struct bs_dsn_facts *facts = &out->message->facts;

	out->path_tag.fact = BS_TAG_NONE;
	if (facts->return_path[0] != '\0')
		take_path(out, best);
	if (facts->returned_from[0] != '\0')
		consider(out, span_of(facts->returned_from), "returned From",
		    RECIPIENT_FIELDS + 1, best);
}

static enum bs_sender
sender_of(const char *text)
{
	struct bs_address address;

	if (text[0] == '\0' ||
	    bs_address_parse(text, strlen(text), &address) != 0)
		return BS_SENDER_NULL;
	return bs_address_is_daemon(&address) ? BS_SENDER_DAEMON
					      : BS_SENDER_OTHER;
}

void
bs_explain_read_arrival(struct bs_explained *out)
{
	const struct bs_slice *text = &out->message->text;
	struct bs_head_field field;
	size_t at = 0;

	while (bs_head_next(text->text, text->len, &at, &field))
		take_arrival(&out->head, &field);
}

void
bs_explain_read_head(struct bs_explained *out)
{
	const struct bs_opened_message *message = out->message;
	struct bs_head_field field;
	unsigned best = 0;
	size_t at = 0;

	out->tag.fact = BS_TAG_NONE;
	while (bs_head_next(message->text.text, message->text.len, &at, &field))
		take_field(out, &field, &best);
	/* the "From " line is about the outer message, not one inside it */
	if (message->envelope.len > 0 &&
	    message->form != BS_MESSAGE_FORM_FORWARDED)
		take_sender(out, message->envelope);
	out->sender = sender_of(out->head.sender);
	take_returned(out, &best);
	bs_explain_words(message->facts.returned_subject, out->returned_subject,
	    sizeof(out->returned_subject));
	bs_explain_origin(out);
	out->was_current =
	    out->head.arrived > 0 && out->head.arrived < out->as_of &&
	    bs_day_state(out->tag.day % 1000, bs_day_of(out->head.arrived),
		out->lifetime_days) != BS_DAY_STALE;
}
