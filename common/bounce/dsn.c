/* The reader of bounces: cuts octets into lines, and gives each line to the
 * file that knows what may stand there. No other file of this folder calls
 * back: each returns what it found. */
#include <string.h>

#include "common/bounce/classify.h"
#include "common/bounce/dsn.h"
#include "common/bounce/nested.h"
#include "common/bounce/own_header.h"
#include "common/bounce/parts.h"
#include "common/bounce/report.h"
#include "common/bounce/returned.h"
#include "common/bounce/running_text.h"
#include "common/bounce/state.h"

/* After so many lines that are no fields, a header is taken for none. */
#define ODD_LINES 8

void
bs_dsn_begin(struct bs_dsn *dsn)
{
	memset(dsn, 0, sizeof(*dsn));
	dsn->facts.kind = BS_KIND_OTHER;
	dsn->place = BS_DSN_TOP;
	dsn->next = BS_DSN_TEXT;
}

/* A field in the body of a part. */
static void
leaf_field(struct bs_dsn *dsn, const struct bs_mime_field *field)
{
	switch (dsn->leaf) {
	case BS_DSN_STATUS:
		bs_dsn_report_status(dsn, field);
		break;
	case BS_DSN_RECEIPT:
		bs_dsn_report_receipt(dsn, field);
		break;
	case BS_DSN_RETURNED:
		(void)bs_dsn_returned_field(dsn, field);
		bs_dsn_parts_returned_field(dsn, field);
		break;
	default:
		break;
	}
}

/* The field at hand is whole. */
static void
end_field(struct bs_dsn *dsn)
{
	struct bs_mime_field field;

	if (!bs_unfold_take(&dsn->unfold, &field) ||
	    ++dsn->fields > BS_DSN_FIELDS)
		return;
	if (dsn->place == BS_DSN_IN_LEAF) {
		leaf_field(dsn, &field);
		return;
	}
	bs_dsn_parts_field(dsn, &field);
	if (dsn->place == BS_DSN_TOP)
		bs_dsn_own_header_field(dsn, &field);
	else
		(void)bs_dsn_returned_field(dsn, &field);
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
is_white(char c)
{
	return c == ' ' || c == '\t';
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

/* An empty line ends a header, and a group of fields in a report. */
static void
empty_line(struct bs_dsn *dsn)
{
	/* A blank line before the first field may be one too many; but mail
	 * servers take it for the end of an empty header. */
	if (dsn->place == BS_DSN_TOP && !dsn->begun) {
		dsn->headless = true;
		return;
	}
	end_field(dsn);
	if (dsn->place == BS_DSN_IN_LEAF && dsn->leaf == BS_DSN_STATUS)
		bs_dsn_report_group_ended(dsn);
	if (dsn->place != BS_DSN_IN_LEAF) {
		bs_dsn_parts_header_ended(dsn);
	} else if (dsn->leaf == BS_DSN_RETURNED &&
		   (dsn->header.fields & ~(unsigned)BS_DSN_F_OTHER) != 0) {
		bs_dsn_parts_returned(dsn);
		if (!bs_dsn_nested_enter(dsn))
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

/* Whether the line stands before a header and does not belong to it. Takes a
 * byte order mark off the first line. */
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
	return dsn->unfold.len == 0 && is_envelope(line->text, line->len);
}

/* A line that is no field and is not folded: the field before it goes on, its
 * folding lost, or there is no header. Returns false where the line is the
 * first of a body. */
static bool
odd_line(struct bs_dsn *dsn, const struct bs_octets_piece *line)
{
	if (dsn->unfold.len > 0) {
		bs_unfold_line(&dsn->unfold, line->text, line->len);
		return true;
	}
	if (dsn->place == BS_DSN_TOP) {
		bs_dsn_parts_header_ended(dsn);
		return false;
	}
	if (++dsn->odd_lines > ODD_LINES && dsn->leaf == BS_DSN_RETURNED &&
	    dsn->place == BS_DSN_IN_LEAF)
		dsn->leaf = BS_DSN_SKIP;
	return true;
}

/* Takes off what stands before every line of a returned header, as webmail
 * indents or quotes it: the first field shows what that is. */
static void
take_prefix(struct bs_dsn *dsn, struct bs_octets_piece *line)
{
	static const char marks[] = " \t>|";
	size_t len = 0;

	if (dsn->place != BS_DSN_IN_LEAF || dsn->leaf != BS_DSN_RETURNED)
		return;
	if (dsn->unfold.len == 0 && dsn->header.fields == 0) {
		while (
		    len < line->len && len < sizeof(dsn->prefix) &&
		    memchr(marks, line->text[len], sizeof(marks) - 1) != NULL)
			len++;
		if (bs_mime_name_len(line->text + len, line->len - len) == 0)
			return;
		memcpy(dsn->prefix, line->text, len);
		dsn->prefix_len = len;
	}
	if (line->len >= dsn->prefix_len &&
	    memcmp(line->text, dsn->prefix, dsn->prefix_len) == 0) {
		line->text += dsn->prefix_len;
		line->len -= dsn->prefix_len;
	}
}

/* A line where fields are expected. Returns false where it turned out to be
 * the first of a body. */
static bool
header_line(struct bs_dsn *dsn, struct bs_octets_piece *line)
{
	const char *text;
	size_t len;

	if (!line->starts) {
		if (dsn->unfold.len > 0)
			bs_unfold_piece(&dsn->unfold, line->text, line->len);
		return true;
	}
	take_prefix(dsn, line);
	text = line->text;
	len = line->len;
	trim(&text, &len);
	/* MTAs read a top header to its first empty line, and so must we */
	if (line->len == 0 ||
	    (len == 0 && (dsn->place != BS_DSN_TOP || !dsn->begun))) {
		empty_line(dsn);
		return true;
	}
	if (is_skipped(dsn, line))
		return true;
	if (is_white(line->text[0]) && dsn->unfold.len > 0) {
		bs_unfold_line(&dsn->unfold, line->text, line->len);
		return true;
	}
	if (!is_white(line->text[0])) {
		text = line->text;
		len = line->len;
	}
	return begin_field(dsn, text, len) || odd_line(dsn, line);
}

/* A decoded line of a part's body. */
static void
leaf_line(struct bs_dsn *dsn, struct bs_octets_piece *piece)
{
	if (dsn->leaf == BS_DSN_TEXT)
		bs_dsn_running_text_line(dsn, piece);
	else if (dsn->leaf != BS_DSN_SKIP)
		(void)header_line(dsn, piece);
}

/* A part that says it is base64 but shows a colon or a space is not. */
static void
check_encoding(struct bs_dsn *dsn, const struct bs_octets_piece *piece)
{
	if (dsn->encoding_checked || piece->len == 0)
		return;
	dsn->encoding_checked = true;
	if (dsn->transfer.type == BS_TRANSFER_BASE64 &&
	    (memchr(piece->text, ':', piece->len) != NULL ||
		memchr(piece->text, ' ', piece->len - 1) != NULL))
		dsn->transfer.type = BS_TRANSFER_IDENTITY;
}

/* Through encoding and markup, and into lines again. */
static void
encoded_piece(struct bs_dsn *dsn, const struct bs_octets_piece *piece)
{
	char plain[BS_OCTETS_PIECE + 3];
	char text[sizeof(plain) + BS_MARKUP_HELD];
	struct bs_octets_piece inner;
	const char *at = plain;
	size_t len;

	check_encoding(dsn, piece);
	len = bs_transfer_decode(&dsn->transfer, piece->text, piece->len,
	    piece->ends, plain);
	if (dsn->is_markup) {
		len = bs_markup_strip(&dsn->markup, plain, len, text);
		at = text;
	}
	for (const char *end = at + len;
	     bs_octets_next(&dsn->decoded, &at, end, false, &inner);)
		leaf_line(dsn, &inner);
}

static void
leaf_piece(struct bs_dsn *dsn, struct bs_octets_piece *piece)
{
	if (dsn->leaf == BS_DSN_SKIP)
		return;
	if (dsn->is_markup || dsn->transfer.type != BS_TRANSFER_IDENTITY)
		encoded_piece(dsn, piece);
	else
		leaf_line(dsn, piece);
}

/* The part at hand ends: at a boundary, or with the message. */
static void
end_part(struct bs_dsn *dsn)
{
	struct bs_octets_piece inner;

	if (dsn->place == BS_DSN_TOP || dsn->place == BS_DSN_PART) {
		/* cut off within its header */
		end_field(dsn);
		bs_dsn_parts_header_ended(dsn);
	}
	if (dsn->place != BS_DSN_IN_LEAF)
		return;
	while (bs_octets_end(&dsn->decoded, &inner))
		leaf_line(dsn, &inner);
	if (dsn->leaf == BS_DSN_TEXT)
		bs_dsn_running_text_ended(dsn);
	else if (dsn->leaf != BS_DSN_SKIP)
		end_field(dsn);
	if (dsn->leaf == BS_DSN_STATUS)
		bs_dsn_report_group_ended(dsn);
	if (dsn->leaf == BS_DSN_RETURNED) {
		bs_dsn_parts_returned(dsn);
		(void)bs_dsn_nested_enter(dsn);
	}
	dsn->leaf = BS_DSN_SKIP;
}

/* Whether the line is a boundary: then the next part has begun. */
static bool
is_boundary(struct bs_dsn *dsn, const struct bs_octets_piece *line)
{
	struct bs_dsn_boundary boundary;

	if (line->len < 2 || line->text[0] != '-' || line->text[1] != '-' ||
	    !bs_dsn_parts_find(dsn, line->text, line->len, &boundary))
		return false;
	end_part(dsn);
	bs_dsn_parts_enter(dsn, &boundary);
	return true;
}

static void
take(struct bs_dsn *dsn, struct bs_octets_piece *piece)
{
	if (piece->starts) {
		if (dsn->maybe_len > 0 &&
		    bs_dsn_parts_was_boundary(dsn, piece->text, piece->len)) {
			end_part(dsn);
			bs_dsn_parts_enter_unannounced(dsn);
		}
		if (is_boundary(dsn, piece))
			return;
	}
	if ((dsn->place == BS_DSN_TOP || dsn->place == BS_DSN_PART) &&
	    header_line(dsn, piece))
		return;
	if (dsn->place == BS_DSN_IN_LEAF)
		leaf_piece(dsn, piece);
}

/* Whether only boundaries are waited for. */
static bool
is_quick(const struct bs_dsn *dsn)
{
	return dsn->maybe_len == 0 &&
	       (dsn->place == BS_DSN_BETWEEN ||
		   (dsn->place == BS_DSN_IN_LEAF && dsn->leaf == BS_DSN_SKIP));
}

void
bs_dsn_push(struct bs_dsn *dsn, const char *octets, size_t len)
{
	const char *end = octets + len;
	struct bs_octets_piece piece;

	/* where no boundary can come any more, the rest is not read */
	while (!(dsn->depth == 0 && is_quick(dsn)) &&
	       bs_octets_next(&dsn->raw, &octets, end, is_quick(dsn), &piece))
		take(dsn, &piece);
}

void
bs_dsn_end(struct bs_dsn *dsn)
{
	struct bs_octets_piece piece;

	while (bs_octets_end(&dsn->raw, &piece))
		take(dsn, &piece);
	end_part(dsn);
	bs_dsn_classify(dsn);
}

const char *bs_dsn_class_name(enum bs_dsn_class class)
{
	static const char *const names[] = {"ordinary", "dsn", "nonstandard",
	    "mdn", "autoreply", "arf"};

	return names[class];
}
