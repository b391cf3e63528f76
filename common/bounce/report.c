/* The fields of a report (RFC 3464, RFC 8098). */
#include <string.h>

#include "common/base/ascii.h"
#include "common/bounce/ids.h"
#include "common/bounce/recipients.h"
#include "common/bounce/report.h"
#include "common/bounce/state.h"
#include "common/bounce/status.h"

/* Copies as much as fits, if nothing was found before. */
static void
keep_first(const char *text, size_t len, char *out, size_t size)
{
	if (out[0] != '\0')
		return;
	if (len >= size)
		len = size - 1;
	memcpy(out, text, len);
	out[len] = '\0';
	for (size_t i = 0; i < len; i++)
		if (out[i] == '\0')
			out[i] = ' ';
}

/* Cuts the type off "rfc822; user@example.com", if there is one. */
static void
cut_type(const char **value, size_t *len)
{
	size_t i = 0;

	while (i < *len && (bs_ascii_is_alpha((*value)[i]) ||
			       bs_ascii_is_digit((*value)[i]) ||
			       (*value)[i] == '-' || (*value)[i] == ' '))
		i++;
	if (i == *len || (*value)[i] != ';')
		return;
	for (i++; i < *len && ((*value)[i] == ' ' || (*value)[i] == '\t'); i++)
		;
	*value += i;
	*len -= i;
}

/* Whether it is something else than local@domain: a quoted local part, a
 * command, X.400. */
static bool
is_odd(const char *value, size_t len)
{
	return memchr(value, '@', len) == NULL || value[0] == '"' ||
	       value[0] == '|' || value[0] == '/';
}

/* Keeps a recipient. What is no address (X.400, a command) is kept as it is. */
static void
add_recipient(struct bs_list *list, const struct bs_mime_field *field)
{
	const char *value = field->value;
	size_t len = field->value_len;
	char address[BS_ADDRESS_MAX];

	cut_type(&value, &len);
	if (memchr(value, '<', len) != NULL || !is_odd(value, len)) {
		if (bs_mime_address(value, len, address, sizeof(address)) != 0)
			return;
	} else {
		address[0] = '\0';
		keep_first(value, len, address, sizeof(address));
	}
	if (address[0] != '\0')
		bs_dsn_recipients_add(list, address, strlen(address));
}

static void
keep_word(const struct bs_mime_field *field, char *out, size_t size)
{
	if (out[0] == '\0')
		bs_mime_word(field->value, field->value_len, out, size);
}

/* What is no status code of RFC 3463, as "550", is left out. */
static void
keep_status(const struct bs_mime_field *field, char *out, size_t size)
{
	if (out[0] == '\0')
		bs_status_copy(field->value, field->value_len, out, size);
}

static void
keep_typed(const struct bs_mime_field *field, char *out, size_t size)
{
	const char *value = field->value;
	size_t len = field->value_len;

	cut_type(&value, &len);
	keep_first(value, len, out, size);
}

void
bs_dsn_report_group_ended(struct bs_dsn *dsn)
{
	if (dsn->fate_of > 0)
		dsn->facts.fates[dsn->fate_of - 1] = dsn->fate;
	memset(&dsn->fate, 0, sizeof(dsn->fate));
	dsn->fate_of = 0;
}

/* Begins what is said of another recipient, also where no empty line stands
 * before it. */
static void
take_recipient(struct bs_dsn *dsn, const struct bs_mime_field *field)
{
	struct bs_list *list = &dsn->facts.final_recipients;
	unsigned before = list->count;

	if (dsn->fate_of > 0)
		bs_dsn_report_group_ended(dsn);
	add_recipient(list, field);
	if (list->count > before)
		dsn->fate_of = list->count;
}

/* A field that is about one recipient. */
static void
take_fate(struct bs_dsn_fate *fate, const struct bs_mime_field *field)
{
	if (bs_mime_is(field, "Status"))
		keep_status(field, fate->status, sizeof(fate->status));
	else if (bs_mime_is(field, "Action"))
		keep_word(field, fate->action, sizeof(fate->action));
	else if (bs_mime_is(field, "Diagnostic-Code"))
		keep_typed(field, fate->diagnostic, sizeof(fate->diagnostic));
}

void
bs_dsn_report_status(struct bs_dsn *dsn, const struct bs_mime_field *field)
{
	struct bs_dsn_facts *facts = &dsn->facts;

	/* of a notice within a report: nested.c says why */
	bool is_inner = (dsn->outer_signals & BS_DSN_HAS_STATUS) != 0;

	take_fate(&dsn->fate, field);
	if (bs_mime_is(field, "Final-Recipient") && is_inner)
		add_recipient(&facts->original_recipients, field);
	else if (bs_mime_is(field, "Final-Recipient"))
		take_recipient(dsn, field);
	else if (bs_mime_is(field, "Original-Recipient"))
		add_recipient(&facts->original_recipients, field);
	else if (bs_mime_is(field, "Status"))
		keep_status(field, facts->status, sizeof(facts->status));
	else if (bs_mime_is(field, "Action"))
		keep_word(field, facts->action, sizeof(facts->action));
	else if (bs_mime_is(field, "Reporting-MTA"))
		keep_typed(field, facts->reporting_mta,
		    sizeof(facts->reporting_mta));
	else if (bs_mime_is(field, "Diagnostic-Code"))
		keep_typed(field, facts->diagnostic, sizeof(facts->diagnostic));
	else if (bs_dsn_ids_is_original(field))
		bs_dsn_ids_take(&dsn->report_ids, field);
}

void
bs_dsn_report_receipt(struct bs_dsn *dsn, const struct bs_mime_field *field)
{
	struct bs_dsn_facts *facts = &dsn->facts;

	if (bs_mime_is(field, "Original-Message-ID")) {
		bs_dsn_ids_take(&dsn->report_ids, field);
		dsn->has_receipt_ids |= dsn->report_ids.count > 0;
	} else if (bs_mime_is(field, "Final-Recipient")) {
		add_recipient(&facts->final_recipients, field);
	} else if (bs_mime_is(field, "Original-Recipient")) {
		add_recipient(&facts->original_recipients, field);
	} else if (bs_mime_is(field, "Disposition")) {
		keep_first(field->value, field->value_len, facts->disposition,
		    sizeof(facts->disposition));
	} else if (bs_mime_is(field, "Failure") || bs_mime_is(field, "Error")) {
		keep_typed(field, facts->diagnostic, sizeof(facts->diagnostic));
	}
}

bool
bs_dsn_report_in_text(struct bs_dsn *dsn, const struct bs_mime_field *field)
{
	struct bs_dsn_hints *hints = &dsn->hints;

	if (bs_mime_is(field, "Status"))
		keep_status(field, hints->status, sizeof(hints->status));
	else if (bs_mime_is(field, "Action"))
		keep_word(field, hints->action, sizeof(hints->action));
	else if (bs_mime_is(field, "Final-Recipient"))
		add_recipient(&hints->recipients, field);
	else if (bs_mime_is(field, "Original-Recipient"))
		add_recipient(&hints->originals, field);
	else if (bs_mime_is(field, "Diagnostic-Code"))
		keep_typed(field, hints->diagnostic, sizeof(hints->diagnostic));
	else if (bs_mime_is(field, "Reporting-MTA"))
		keep_typed(field, hints->reporting_mta,
		    sizeof(hints->reporting_mta));
	else if (bs_dsn_ids_is_original(field))
		bs_dsn_ids_take(&dsn->named_ids, field);
	else
		return false;
	/* "Status" and "Action" are everyday words; the others are not */
	if (field->name_len > 6)
		dsn->signals |= BS_DSN_STATUS_FIELD;
	return true;
}
