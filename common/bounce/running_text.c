/* Running text, and the returned header that may stand in it. */
#include <string.h>

#include "common/bounce/classify.h"
#include "common/bounce/phrases.h"
#include "common/bounce/nested.h"
#include "common/bounce/parts.h"
#include "common/bounce/report.h"
#include "common/bounce/returned.h"
#include "common/bounce/running_text.h"
#include "common/bounce/state.h"
#include "common/bounce/text_line.h"

/* What may stand before each line of a quoted header. */
static const char quotes[] = " \t>|";

static unsigned
bits(unsigned fields)
{
	unsigned count = 0;

	for (; fields != 0; fields &= fields - 1)
		count++;
	return count;
}

/* Whether the fields are those of a message. Behind a banner fewer will do;
 * without one, "To:" and "Subject:" are not enough. */
static bool
is_header(const struct bs_dsn *dsn, unsigned fields)
{
	const unsigned traces =
	    BS_DSN_F_MESSAGE_ID | BS_DSN_F_RECEIVED | BS_DSN_F_RETURN_PATH;
	const unsigned basics =
	    BS_DSN_F_FROM | BS_DSN_F_TO | BS_DSN_F_SUBJECT | BS_DSN_F_DATE;

	fields &= traces | basics;
	if (dsn->hints.known_banner)
		return bits(fields) >= 2;
	if (dsn->hints.banner)
		return bits(fields) >= 3 && (fields & ~basics) != 0;
	return (fields & (BS_DSN_F_MESSAGE_ID | BS_DSN_F_RECEIVED)) != 0 &&
	       2 * bits(fields & traces) + bits(fields & basics) >= 4;
}

static bool
is_blank(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (text[i] != ' ' && text[i] != '\t')
			return false;
	return true;
}

static void
look(struct bs_dsn *dsn, const char *line, size_t len)
{
	char folded[256];

	if (is_blank(line, len)) {
		/* what follows is another sentence */
		dsn->hints.diagnostic_line = 0;
		dsn->hints.address_line = 0;
		return;
	}
	bs_phrases_fold(line, len, folded, sizeof(folded));
	bs_dsn_text_line_read(dsn, line, len, folded);
	if (++dsn->hints.lines > BS_DSN_TEXT_LINES ||
	    (dsn->hints.lines > BS_DSN_QUIET_LINES && bs_dsn_is_quiet(dsn)))
		dsn->leaf = BS_DSN_SKIP;
}

/* A field in running text: of the returned header, of a report, or only words
 * before a colon. */
static void
text_field(struct bs_dsn *dsn, const struct bs_mime_field *field)
{
	struct bs_dsn_hints *hints = &dsn->hints;
	size_t len = (size_t)(field->value + field->value_len - field->name);

	if (bs_mime_is(field, "To") && hints->to[0] == '\0' &&
	    (bs_mime_address(field->value, field->value_len, hints->to,
		 sizeof(hints->to)) != 0 ||
		strchr(hints->to, '@') == NULL))
		hints->to[0] = '\0';
	if (bs_dsn_returned_field(dsn, field))
		bs_dsn_parts_returned_field(dsn, field);
	else if (!bs_dsn_report_in_text(dsn, field))
		look(dsn, field->name, len);
}

static void
end_field(struct bs_dsn *dsn)
{
	struct bs_mime_field field;

	if (bs_unfold_take(&dsn->unfold, &field))
		text_field(dsn, &field);
}

static bool
begin_field(struct bs_dsn *dsn, const char *line, size_t len)
{
	if (bs_mime_name_len(line, len) == 0)
		return false;
	end_field(dsn);
	bs_unfold_begin(&dsn->unfold, line, len);
	return true;
}

static bool
in_header(const struct bs_dsn *dsn)
{
	return dsn->unfold.len > 0 || dsn->header.fields != 0;
}

static void
end_header(struct bs_dsn *dsn)
{
	end_field(dsn);
	if (is_header(dsn, dsn->header.fields)) {
		/* the returned message's own text follows */
		if (dsn->text_header.message_ids.count == 0)
			dsn->text_header = dsn->header;
		if (bs_dsn_nested_enter(dsn))
			return;
		dsn->leaf = BS_DSN_SKIP;
	}
	bs_dsn_returned_begin(&dsn->header);
	dsn->prefix_len = 0;
}

/* Goes on with the header at hand. Returns false where the line is not part of
 * it. */
static bool
goes_on(struct bs_dsn *dsn, const char *line, size_t len)
{
	if (len < dsn->prefix_len ||
	    memcmp(line, dsn->prefix, dsn->prefix_len) != 0)
		return false;
	line += dsn->prefix_len;
	len -= dsn->prefix_len;
	if (is_blank(line, len))
		return false;
	if (line[0] == ' ' || line[0] == '\t') {
		bs_unfold_line(&dsn->unfold, line, len);
		return true;
	}
	if (begin_field(dsn, line, len))
		return true;
	/* a folded line that lost its indentation, if this is surely a header
	 */
	if (!dsn->hints.known_banner && !is_header(dsn, dsn->header.fields))
		return false;
	if (dsn->unfold.len == 0)
		return false;
	bs_unfold_line(&dsn->unfold, line, len);
	return true;
}

/* Begins a header at a line that looks like a field, quoted or not. */
static bool
begin_header(struct bs_dsn *dsn, const char *line, size_t len)
{
	size_t prefix = 0;

	while (prefix < len && prefix < sizeof(dsn->prefix) &&
	       memchr(quotes, line[prefix], sizeof(quotes) - 1) != NULL)
		prefix++;
	if (!begin_field(dsn, line + prefix, len - prefix))
		return false;
	memcpy(dsn->prefix, line, prefix);
	dsn->prefix_len = prefix;
	return true;
}

void
bs_dsn_running_text_line(struct bs_dsn *dsn,
    const struct bs_octets_piece *piece)
{
	if (!piece->starts) {
		if (dsn->unfold.len > 0)
			bs_unfold_piece(&dsn->unfold, piece->text, piece->len);
		return;
	}
	if (in_header(dsn)) {
		if (goes_on(dsn, piece->text, piece->len))
			return;
		end_header(dsn);
		if (dsn->leaf != BS_DSN_TEXT || dsn->place != BS_DSN_IN_LEAF)
			return;
	}
	if (!begin_header(dsn, piece->text, piece->len))
		look(dsn, piece->text, piece->len);
}

void
bs_dsn_running_text_ended(struct bs_dsn *dsn)
{
	if (in_header(dsn))
		end_header(dsn);
}
