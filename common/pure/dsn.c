/* Reads a message as it streams by: what kind it is, and what it returns. */
#include <string.h>

#include "common/pure/ascii.h"
#include "common/pure/dsn.h"

enum place { TOP, BODY, PART_HEADER, PART_BODY, REPORT, RETURNED, DONE };

void
bs_dsn_begin(struct bs_dsn *dsn)
{
	memset(dsn, 0, sizeof(*dsn));
	dsn->facts.kind = BS_KIND_OTHER;
	dsn->place = TOP;
}

static bool
is_field(const char *line, size_t len, const char *name)
{
	size_t name_len = strlen(name);

	return len > name_len && bs_ascii_same(line, name, name_len) &&
	       line[name_len] == ':';
}

/* Copies what follows the first "sep" of a line, blanks and brackets off. */
static bool
value_of(const char *line, size_t len, char sep, char *out, size_t size)
{
	const char *at = memchr(line, sep, len);
	const char *end = line + len;

	if (at == NULL)
		at = line - 1;
	for (at++; at < end && (*at == ' ' || *at == '\t' || *at == '<'); at++)
		;
	while (end > at && (end[-1] == ' ' || end[-1] == '>'))
		end--;
	if ((size_t)(end - at) >= size || memchr(at, 0, (size_t)(end - at)))
		return false;
	memcpy(out, at, (size_t)(end - at));
	out[end - at] = '\0';
	return true;
}

static void
add(struct bs_list *list, const char *line, size_t len, char sep)
{
	char text[BS_MESSAGE_ID_MAX];
	const char *value = (const char *)memchr(line, ':', len) + 1;

	if (!value_of(value, len - (size_t)(value - line), sep, text,
		sizeof(text)) ||
	    text[0] == '\0')
		return;
	if (bs_list_add(list, text, strlen(text)) != 0)
		list->truncated = true;
}

static bool
holds(const char *line, size_t len, const char *what)
{
	size_t n = strlen(what);

	for (size_t i = 0; i + n <= len; i++)
		if (bs_ascii_same(line + i, what, n))
			return true;
	return false;
}

static void
top_field(struct bs_dsn *dsn, const char *line, size_t len)
{
	struct bs_dsn_facts *facts = &dsn->facts;

	if (is_field(line, len, "Message-ID"))
		facts->has_own_message_id =
		    value_of(line, len, ':', facts->own_message_id,
			sizeof(facts->own_message_id)) ||
		    true;
	if (is_field(line, len, "From"))
		(void)value_of(line, len,
		    memchr(line, '<', len) != NULL ? '<' : ':', facts->own_from,
		    sizeof(facts->own_from));
	if (is_field(line, len, "Auto-Submitted") &&
	    !holds(line, len, ": no")) {
		facts->kind = BS_KIND_AUTO;
		facts->class = BS_DSN_AUTOREPLY;
	}
}

static void
returned_field(struct bs_dsn *dsn, const char *line, size_t len)
{
	struct bs_dsn_facts *facts = &dsn->facts;

	facts->has_returned_header = true;
	if (is_field(line, len, "Message-ID"))
		add(&facts->message_ids, line, len, ':');
	if (is_field(line, len, "Return-Path"))
		facts->has_return_path = value_of(line, len, ':',
		    facts->return_path, sizeof(facts->return_path));
}

static void
report_field(struct bs_dsn *dsn, const char *line, size_t len)
{
	struct bs_dsn_facts *facts = &dsn->facts;

	facts->class = BS_DSN_REPORT;
	facts->kind = BS_KIND_DSN;
	if (is_field(line, len, "Final-Recipient"))
		add(&facts->final_recipients, line, len, ';');
	if (is_field(line, len, "Original-Recipient"))
		add(&facts->original_recipients, line, len, ';');
	if (is_field(line, len, "Status"))
		(void)value_of(line, len, ':', facts->status,
		    sizeof(facts->status));
	if (is_field(line, len, "Action"))
		(void)value_of(line, len, ':', facts->action,
		    sizeof(facts->action));
}

static void
part_type(struct bs_dsn *dsn, const char *line, size_t len)
{
	if (!is_field(line, len, "Content-Type"))
		return;
	if (holds(line, len, "delivery-status"))
		dsn->next = REPORT;
	else if (holds(line, len, "message/rfc822") ||
		 holds(line, len, "rfc822-headers"))
		dsn->next = RETURNED;
	else
		dsn->next = PART_BODY;
}

static void
take_line(struct bs_dsn *dsn, const char *line, size_t len)
{
	if (dsn->place != TOP && dsn->place != DONE && len > 2 &&
	    line[0] == '-' && line[1] == '-' &&
	    dsn->facts.message_ids.count == 0) {
		dsn->place = PART_HEADER;
		dsn->next = PART_BODY;
		return;
	}
	switch (dsn->place) {
	case TOP:
		if (len == 0)
			dsn->place = BODY;
		top_field(dsn, line, len);
		break;
	case PART_HEADER:
		if (len == 0)
			dsn->place = dsn->next;
		part_type(dsn, line, len);
		break;
	case REPORT:
		report_field(dsn, line, len);
		break;
	case RETURNED:
		if (len == 0)
			dsn->place = DONE;
		returned_field(dsn, line, len);
		break;
	default:
		break;
	}
}

void
bs_dsn_push(struct bs_dsn *dsn, const char *octets, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (octets[i] == '\n') {
			if (dsn->line_len > 0 &&
			    dsn->line[dsn->line_len - 1] == '\r')
				dsn->line_len--;
			take_line(dsn, dsn->line, dsn->line_len);
			dsn->line_len = 0;
		} else if (dsn->line_len < sizeof(dsn->line)) {
			dsn->line[dsn->line_len++] = octets[i];
		}
	}
}

bool
bs_dsn_in_header(const struct bs_dsn *dsn)
{
	return dsn->place == TOP;
}

void
bs_dsn_end(struct bs_dsn *dsn)
{
	take_line(dsn, dsn->line, dsn->line_len);
	dsn->line_len = 0;
}

const char *bs_dsn_class_name(enum bs_dsn_class class)
{
	static const char *const names[] = {"ordinary", "dsn", "nonstandard",
	    "mdn", "autoreply", "arf"};

	return names[class];
}
