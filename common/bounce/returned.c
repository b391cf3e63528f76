/* The header of the message that a bounce returns. */
#include <errno.h>
#include <string.h>

#include "common/base/ascii.h"
#include "common/mail/date.h"
#include "common/mail/encoded_words.h"
#include "common/bounce/ids.h"
#include "common/bounce/received.h"
#include "common/bounce/returned.h"
#include "common/bounce/signs.h"
#include "common/bounce/state.h"

void
bs_dsn_returned_begin(struct bs_dsn_returned *returned)
{
	if (returned->fields != 0 || returned->signs != 0)
		memset(returned, 0, sizeof(*returned));
}

/* Fields that messages have, and that tell us nothing. */
static bool
is_other(const struct bs_mime_field *field)
{
	static const char *const begins[] = {"X-", "Content-", "ARC-", "List-",
	    "DKIM-", "Authentication-", "Resent-", "Thread-", "Received-SPF",
	    "Delivered-", "Domainkey-", "Envelope-", "Delivery-Date", "MIME-",
	    "Autocrypt", "Feedback-"};
	static const char *const names[] = {"Cc", "Bcc", "Sender", "Reply-To",
	    "In-Reply-To", "References", "User-Agent", "Precedence",
	    "Importance", "Priority", "Errors-To", "Organization",
	    "Mailing-List", "Comments", "Keywords", "Return-Receipt-To",
	    "Disposition-Notification-To", "Accept-Language", "Old-Return-Path",
	    "Auto-Submitted", "Apparently-To", "Encoding", "Sensitivity",
	    "Originator", "Lines", "Require-Recipient-Valid-Since"};

	for (size_t i = 0; i < sizeof(begins) / sizeof(begins[0]); i++)
		if (field->name_len >= strlen(begins[i]) &&
		    bs_ascii_same(field->name, begins[i], strlen(begins[i])))
			return true;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (bs_mime_is(field, names[i]))
			return true;
	return false;
}

static void
take_message_id(struct bs_dsn_returned *returned,
    const struct bs_mime_field *field)
{
	char id[BS_MESSAGE_ID_MAX];
	int rc;

	rc = bs_mime_message_id(field->value, field->value_len, id, sizeof(id));
	if (rc == -ENOENT)
		return;
	returned->fields |= BS_DSN_F_MESSAGE_ID;
	if (rc != 0 || bs_list_add(&returned->message_ids, id, strlen(id)) != 0)
		returned->message_ids.truncated = true;
}

static void
take_received(struct bs_dsn_returned *returned,
    const struct bs_mime_field *field)
{
	char client[64];

	returned->fields |= BS_DSN_F_RECEIVED;
	returned->received_count++;
	/* the list itself notes what does not fit */
	if (bs_received_client(field->value, field->value_len, client,
		sizeof(client)) &&
	    bs_list_add(&returned->received, client, strlen(client)) != 0)
		return;
}

static void
take_address(struct bs_dsn_returned *returned,
    const struct bs_mime_field *field, unsigned bit, char *out, size_t size)
{
	if ((returned->fields & bit) != 0)
		return;
	if (bs_mime_address(field->value, field->value_len, out, size) == 0)
		returned->fields |= bit;
	else
		out[0] = '\0';
}

static void
take_subject(struct bs_dsn_returned *returned,
    const struct bs_mime_field *field)
{
	if ((returned->fields & BS_DSN_F_SUBJECT) != 0)
		return;
	returned->fields |= BS_DSN_F_SUBJECT;
	bs_encoded_words_read(field->value, field->value_len, returned->subject,
	    sizeof(returned->subject));
}

static void
take_date(struct bs_dsn_returned *returned, const struct bs_mime_field *field)
{
	if ((returned->fields & BS_DSN_F_DATE) != 0)
		return;
	returned->fields |= BS_DSN_F_DATE;
	if (bs_date_parse(field->value, field->value_len, &returned->date) != 0)
		returned->date = 0;
}

/* Returns whether the field is one that headers have. */
static bool
take(struct bs_dsn_returned *returned, const struct bs_mime_field *field)
{
	if (bs_mime_is(field, "Message-ID"))
		take_message_id(returned, field);
	else if (bs_mime_is(field, "Received"))
		take_received(returned, field);
	else if (bs_mime_is(field, "Return-Path"))
		take_address(returned, field, BS_DSN_F_RETURN_PATH,
		    returned->return_path, sizeof(returned->return_path));
	else if (bs_mime_is(field, "From"))
		take_address(returned, field, BS_DSN_F_FROM, returned->from,
		    sizeof(returned->from));
	else if (bs_mime_is(field, "Subject"))
		take_subject(returned, field);
	else if (bs_mime_is(field, "Date"))
		take_date(returned, field);
	else if (bs_mime_is(field, "To"))
		returned->fields |= BS_DSN_F_TO;
	else if (is_other(field) || bs_dsn_ids_is_original(field))
		returned->fields |= BS_DSN_F_OTHER;
	else
		return false;
	return true;
}

bool
bs_dsn_returned_field(struct bs_dsn *dsn, const struct bs_mime_field *field)
{
	if (!take(&dsn->header, field))
		return false;
	dsn->header.signs |= bs_dsn_signs_of(field);
	/* a header in running text may be anybody's words */
	if (bs_dsn_ids_is_original(field))
		bs_dsn_ids_take(dsn->leaf == BS_DSN_TEXT ? &dsn->named_ids
							 : &dsn->report_ids,
		    field);
	return true;
}

void
bs_dsn_returned_keep(struct bs_dsn_facts *facts,
    const struct bs_dsn_returned *returned)
{
	facts->has_returned_header = true;
	facts->message_ids = returned->message_ids;
	facts->has_return_path = (returned->fields & BS_DSN_F_RETURN_PATH) != 0;
	memcpy(facts->return_path, returned->return_path,
	    sizeof(facts->return_path));
	memcpy(facts->returned_from, returned->from,
	    sizeof(facts->returned_from));
	memcpy(facts->returned_subject, returned->subject,
	    sizeof(facts->returned_subject));
	facts->returned_date = returned->date;
	facts->received = returned->received;
	facts->received_count = returned->received_count;
}
