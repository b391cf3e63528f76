/* DESIGN §7: running text, and the returned header that may stand in it. */
#include <string.h>

#include "common/bounce/state.h"

/* What may stand before each line of a quoted header. */
static const char quotes[] = " \t>|";

bool
bs_dsn_text_is_quiet(const struct bs_dsn *dsn)
{
	const unsigned loud =
	    BS_DSN_FROM_DAEMON | BS_DSN_FROM_SYSTEM | BS_DSN_SUBJECT_FAILURE |
	    BS_DSN_NULL_PATH | BS_DSN_FAILED_RECIPIENTS | BS_DSN_TOP_REPORT |
	    BS_DSN_AUTO_SUBMITTED | BS_DSN_STATUS_FIELD | BS_DSN_HAS_STATUS;

	return (dsn->signals & loud) == 0 && dsn->said.failures == 0;
}

static unsigned
bits(unsigned fields)
{
	unsigned count = 0;

	for (; fields != 0; fields &= fields - 1)
		count++;
	return count;
}

/* Whether the fields of a block are those of a message. Behind a banner fewer
 * will do; without one, words like "To:" and "Subject:" are not enough. */
static bool
is_header(const struct bs_dsn *dsn, unsigned fields)
{
	const unsigned traces =
	    BS_DSN_F_MESSAGE_ID | BS_DSN_F_RECEIVED | BS_DSN_F_RETURN_PATH;
	const unsigned basics =
	    BS_DSN_F_FROM | BS_DSN_F_TO | BS_DSN_F_SUBJECT | BS_DSN_F_DATE;

	fields &= traces | basics;
	if (dsn->said.known_banner)
		return bits(fields) >= 2;
	if (dsn->said.banner)
		return bits(fields) >= 3 && (fields & ~basics) != 0;
	return (fields & (BS_DSN_F_MESSAGE_ID | BS_DSN_F_RECEIVED)) != 0 &&
	       2 * bits(fields & traces) + bits(fields & basics) >= 4;
}

static bool
in_block(const struct bs_dsn *dsn)
{
	return dsn->field_len > 0 || dsn->block.fields != 0;
}

static void
end_block(struct bs_dsn *dsn)
{
	bs_dsn_header_flush(dsn);
	if (is_header(dsn, dsn->block.fields)) {
		/* what follows is the returned message's own text */
		if (dsn->text.message_ids.count == 0)
			dsn->text = dsn->block;
		dsn->leaf = BS_DSN_SKIP;
	}
	bs_dsn_returned_begin(&dsn->block);
	dsn->prefix_len = 0;
}

static bool
is_blank(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (text[i] != ' ' && text[i] != '\t')
			return false;
	return true;
}

/* Goes on with a block. Returns false where the line is none of it. */
static bool
block_line(struct bs_dsn *dsn, const char *line, size_t len)
{
	if (len < dsn->prefix_len ||
	    memcmp(line, dsn->prefix, dsn->prefix_len) != 0)
		return false;
	line += dsn->prefix_len;
	len -= dsn->prefix_len;
	if (is_blank(line, len))
		return false;
	if (line[0] == ' ' || line[0] == '\t') {
		bs_dsn_header_continue(dsn, line, len);
		return true;
	}
	if (bs_dsn_header_begin(dsn, line, len))
		return true;
	/* lost folding, where it is clear that this is a header */
	if (!dsn->said.known_banner && !is_header(dsn, dsn->block.fields))
		return false;
	if (dsn->field_len == 0)
		return false;
	bs_dsn_header_continue(dsn, line, len);
	return true;
}

/* Begins a block at a line that looks like a field, quoted or not. */
static bool
begin_block(struct bs_dsn *dsn, const char *line, size_t len)
{
	size_t prefix = 0;

	while (prefix < len && prefix < sizeof(dsn->prefix) &&
	       memchr(quotes, line[prefix], sizeof(quotes) - 1) != NULL)
		prefix++;
	if (!bs_dsn_header_begin(dsn, line + prefix, len - prefix))
		return false;
	memcpy(dsn->prefix, line, prefix);
	dsn->prefix_len = prefix;
	return true;
}

static void
look(struct bs_dsn *dsn, const char *line, size_t len)
{
	char folded[256];

	if (is_blank(line, len))
		return;
	bs_dsn_words_fold(line, len, folded, sizeof(folded));
	bs_dsn_said_line(dsn, line, len, folded);
	if (++dsn->said.lines > BS_DSN_QUIET_LINES && bs_dsn_text_is_quiet(dsn))
		dsn->leaf = BS_DSN_SKIP;
}

/* Fields in running text: of the returned header, of a report, or words before
 * a colon. */
void
bs_dsn_text_field(struct bs_dsn *dsn, const struct bs_mime_field *field)
{
	struct bs_dsn_said *said = &dsn->said;
	size_t len = (size_t)(field->value + field->value_len - field->name);

	if (bs_mime_is(field, "To") && said->to[0] == '\0' &&
	    (bs_mime_address(field->value, field->value_len, said->to,
		 sizeof(said->to)) != 0 ||
		strchr(said->to, '@') == NULL))
		said->to[0] = '\0';
	if (!bs_dsn_returned_field(&dsn->block, field) &&
	    !bs_dsn_said_field(dsn, field))
		look(dsn, field->name, len);
}

void
bs_dsn_text_line(struct bs_dsn *dsn, const struct bs_octets_piece *piece)
{
	if (!piece->starts) {
		if (dsn->field_len > 0)
			bs_dsn_header_append(dsn, piece->text, piece->len);
		return;
	}
	if (in_block(dsn)) {
		if (block_line(dsn, piece->text, piece->len))
			return;
		end_block(dsn);
		if (dsn->leaf != BS_DSN_TEXT)
			return;
	}
	if (!begin_block(dsn, piece->text, piece->len))
		look(dsn, piece->text, piece->len);
}

void
bs_dsn_text_ended(struct bs_dsn *dsn)
{
	if (in_block(dsn))
		end_block(dsn);
}
