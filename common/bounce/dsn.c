/* DESIGN §7: octets to lines, lines to where they belong. */
#include <string.h>

#include "common/bounce/state.h"

void
bs_dsn_begin(struct bs_dsn *dsn)
{
	memset(dsn, 0, sizeof(*dsn));
	dsn->facts.kind = BS_KIND_OTHER;
	dsn->place = BS_DSN_TOP;
	dsn->next = BS_DSN_TEXT;
}

static void
leaf_piece(struct bs_dsn *dsn, const struct bs_octets_piece *piece)
{
	if (dsn->leaf == BS_DSN_TEXT)
		bs_dsn_text_line(dsn, piece);
	else if (dsn->leaf != BS_DSN_SKIP)
		bs_dsn_header_line(dsn, piece);
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
		leaf_piece(dsn, &inner);
}

void
bs_dsn_leaf_piece(struct bs_dsn *dsn, const struct bs_octets_piece *piece)
{
	if (dsn->leaf == BS_DSN_SKIP)
		return;
	if (dsn->is_markup || dsn->transfer.type != BS_TRANSFER_IDENTITY)
		encoded_piece(dsn, piece);
	else
		leaf_piece(dsn, piece);
}

void
bs_dsn_leaf_flush(struct bs_dsn *dsn)
{
	struct bs_octets_piece inner;

	while (bs_octets_end(&dsn->decoded, &inner))
		leaf_piece(dsn, &inner);
}

static void
take(struct bs_dsn *dsn, const struct bs_octets_piece *piece)
{
	if (piece->starts) {
		if (dsn->maybe_len > 0)
			bs_dsn_parts_maybe(dsn, piece->text, piece->len);
		if (piece->len >= 2 && piece->text[0] == '-' &&
		    piece->text[1] == '-' &&
		    bs_dsn_parts_boundary(dsn, piece->text, piece->len))
			return;
	}
	if (dsn->place == BS_DSN_IN_LEAF)
		bs_dsn_leaf_piece(dsn, piece);
	else if (dsn->place != BS_DSN_BETWEEN)
		bs_dsn_header_line(dsn, piece);
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

	/* without a boundary to wait for, nothing counts any more */
	while (!(dsn->depth == 0 && is_quick(dsn)) &&
	       bs_octets_next(&dsn->raw, &octets, end, is_quick(dsn), &piece))
		take(dsn, &piece);
}

bool
bs_dsn_in_header(const struct bs_dsn *dsn)
{
	return dsn->place == BS_DSN_TOP && !dsn->headless;
}

void
bs_dsn_end(struct bs_dsn *dsn)
{
	struct bs_octets_piece piece;

	while (bs_octets_end(&dsn->raw, &piece))
		take(dsn, &piece);
	if (dsn->place == BS_DSN_TOP || dsn->place == BS_DSN_PART) {
		bs_dsn_header_flush(dsn);
		bs_dsn_parts_header_ended(dsn);
	}
	bs_dsn_parts_leaf_ended(dsn);
	bs_dsn_class_decide(dsn);
}

const char *bs_dsn_class_name(enum bs_dsn_class class)
{
	static const char *const names[] = {"ordinary", "dsn", "nonstandard",
	    "mdn", "autoreply", "arf"};

	return names[class];
}
