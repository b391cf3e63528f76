/* DESIGN §7: headers line by line, folded, or with their folding lost. */
#include <string.h>

#include "common/bounce/state.h"

/* Lines that are no fields, after which what should be a header is none. */
#define ODD_LINES 8

static bool
is_white(char c)
{
	return c == ' ' || c == '\t';
}

void
bs_dsn_header_append(struct bs_dsn *dsn, const char *text, size_t len)
{
	size_t room = sizeof(dsn->field) - dsn->field_len;

	if (len > room)
		len = room;
	memcpy(dsn->field + dsn->field_len, text, len);
	dsn->field_len += len;
}

static void
trim(const char **line, size_t *len)
{
	while (*len > 0 && is_white((*line)[0])) {
		(*line)++;
		(*len)--;
	}
	while (*len > 0 && is_white((*line)[*len - 1]))
		(*len)--;
}

bool
bs_dsn_header_begin(struct bs_dsn *dsn, const char *line, size_t len)
{
	if (bs_mime_name_len(line, len) == 0)
		return false;
	bs_dsn_header_flush(dsn);
	bs_dsn_header_append(dsn, line, len);
	return true;
}

void
bs_dsn_header_continue(struct bs_dsn *dsn, const char *line, size_t len)
{
	trim(&line, &len);
	if (len > 0) {
		bs_dsn_header_append(dsn, " ", 1);
		bs_dsn_header_append(dsn, line, len);
	}
}

static void
leaf_field(struct bs_dsn *dsn, const struct bs_mime_field *field)
{
	switch (dsn->leaf) {
	case BS_DSN_STATUS:
		bs_dsn_status_field(dsn, field);
		break;
	case BS_DSN_RECEIPT:
		bs_dsn_receipt_field(dsn, field);
		break;
	case BS_DSN_RETURNED:
		bs_dsn_returned_field(&dsn->block, field);
		break;
	case BS_DSN_TEXT:
		bs_dsn_text_field(dsn, field);
		break;
	default:
		break;
	}
}

void
bs_dsn_header_flush(struct bs_dsn *dsn)
{
	struct bs_mime_field field;

	if (dsn->field_len == 0 ||
	    !bs_mime_field(dsn->field, dsn->field_len, &field)) {
		dsn->field_len = 0;
		return;
	}
	dsn->field_len = 0;
	if (dsn->place == BS_DSN_IN_LEAF) {
		leaf_field(dsn, &field);
		return;
	}
	bs_dsn_parts_field(dsn, &field);
	if (dsn->place == BS_DSN_TOP)
		bs_dsn_own_field(dsn, &field);
	else
		bs_dsn_returned_field(&dsn->block, &field);
}

/* An empty line ends a header; it parts the groups of a report. */
static void
empty_line(struct bs_dsn *dsn)
{
	/* what MTAs take for the end of an empty header may be a blank line too
	 * many before it */
	if (dsn->place == BS_DSN_TOP && !dsn->begun) {
		dsn->headless = true;
		return;
	}
	bs_dsn_header_flush(dsn);
	if (dsn->place != BS_DSN_IN_LEAF) {
		bs_dsn_parts_header_ended(dsn);
	} else if (dsn->leaf == BS_DSN_RETURNED && dsn->block.fields != 0) {
		bs_dsn_parts_returned(dsn);
		dsn->leaf = BS_DSN_SKIP;
	}
}

/* A line that is no field and is not folded: the field before it goes on, its
 * folding lost, or there is no header. */
static void
odd_line(struct bs_dsn *dsn, const struct bs_octets_piece *piece)
{
	if (dsn->field_len > 0) {
		bs_dsn_header_continue(dsn, piece->text, piece->len);
		return;
	}
	if (dsn->place == BS_DSN_TOP) {
		bs_dsn_parts_header_ended(dsn);
		bs_dsn_leaf_piece(dsn, piece);
	} else if (++dsn->odd_lines > ODD_LINES &&
		   dsn->leaf == BS_DSN_RETURNED &&
		   dsn->place == BS_DSN_IN_LEAF) {
		dsn->leaf = BS_DSN_SKIP;
	}
}

/* The line that mailboxes put before a message. */
static bool
is_envelope(const char *line, size_t len)
{
	if (len > 0 && line[0] == '>') {
		line++;
		len--;
	}
	return len >= 5 && memcmp(line, "From ", 5) == 0;
}

static bool
is_skipped(struct bs_dsn *dsn, struct bs_octets_piece *line)
{
	bool first = !dsn->begun;

	dsn->begun = true;
	if (dsn->place == BS_DSN_TOP) {
		if (!first)
			return false;
		if (line->len >= 3 &&
		    memcmp(line->text, "\xef\xbb\xbf", 3) == 0) {
			line->text += 3;
			line->len -= 3;
		}
	}
	return dsn->field_len == 0 && is_envelope(line->text, line->len);
}

void
bs_dsn_header_line(struct bs_dsn *dsn, const struct bs_octets_piece *piece)
{
	struct bs_octets_piece line = *piece;
	const char *text = line.text;
	size_t len = line.len;

	if (!piece->starts) {
		if (dsn->field_len > 0)
			bs_dsn_header_append(dsn, piece->text, piece->len);
		return;
	}
	trim(&text, &len);
	/* MTAs read a top header to its first empty line, and so must we */
	if (piece->len == 0 ||
	    (len == 0 && (dsn->place != BS_DSN_TOP || !dsn->begun))) {
		empty_line(dsn);
		return;
	}
	if (is_skipped(dsn, &line))
		return;
	if (is_white(line.text[0]) && dsn->field_len > 0)
		bs_dsn_header_continue(dsn, line.text, line.len);
	else if (is_white(line.text[0])
		     ? !bs_dsn_header_begin(dsn, text, len)
		     : !bs_dsn_header_begin(dsn, line.text, line.len))
		odd_line(dsn, &line);
}
