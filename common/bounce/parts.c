/* The parts of a message (RFC 2046), also of one whose boundaries are not those
 * that its header announced: broken producers are common among bounces. */
#include <errno.h>
#include <stddef.h>
#include <string.h>

#include "common/base/ascii.h"
#include "common/bounce/classify.h"
#include "common/bounce/parts.h"
#include "common/bounce/returned.h"
#include "common/bounce/state.h"

static void
begin_part(struct bs_dsn *dsn)
{
	bool digest = dsn->depth > 0 && dsn->levels[dsn->depth - 1].digest;

	dsn->place = BS_DSN_PART;
	dsn->next = digest ? BS_DSN_RETURNED : BS_DSN_TEXT;
	dsn->unfold.len = 0;
	dsn->odd_lines = 0;
	dsn->fields = 0;
	dsn->is_markup = false;
	dsn->maybe_len = 0;
	if (dsn->depth < BS_DSN_DEPTH)
		dsn->levels[dsn->depth].len = 0;
	bs_transfer_begin(&dsn->transfer, BS_TRANSFER_IDENTITY);
	bs_dsn_returned_begin(&dsn->header);
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* Whether a line is a boundary of the level: 0 it is not, 1 another part
 * follows, 2 that was the last part. */
static int
fits(const struct bs_dsn_level *level, const char *line, size_t len)
{
	size_t rest;

	if (level->len == 0 || len < level->len + 2 ||
	    memcmp(line + 2, level->boundary, level->len) != 0)
		return 0;
	rest = len - level->len - 2;
	line += len - rest;
	if (rest == 0 || level->len == BS_DSN_BOUNDARY)
		return 1;
	return rest == 2 && line[0] == '-' && line[1] == '-' ? 2 : 0;
}

/* Whether a line that is no known boundary could be one that no header
 * announced. Only where a returned message may still come. */
static bool
may_be_boundary(const struct bs_dsn *dsn, const char *line, size_t len)
{
	if (len < 3 || len > BS_DSN_BOUNDARY + 2 ||
	    memchr(line, ' ', len) != NULL ||
	    (dsn->signals & BS_DSN_HAS_PART) != 0)
		return false;
	if (dsn->depth == BS_DSN_DEPTH)
		return false;
	if (dsn->depth > 0 && !dsn->levels[dsn->depth - 1].seen)
		return true;
	return dsn->place == BS_DSN_IN_LEAF && dsn->leaf != BS_DSN_SKIP &&
	       dsn->leaf != BS_DSN_RETURNED &&
	       dsn->transfer.type == BS_TRANSFER_IDENTITY;
}

/* The announced boundary comes after all: what was found before it, in text and
 * behind unannounced boundaries, stood in the preamble and does not count. */
static void
forget(struct bs_dsn *dsn)
{
	struct bs_dsn_facts *facts = &dsn->facts;
	struct bs_list failed = dsn->hints.failed;

	dsn->signals &= ~(unsigned)(BS_DSN_HAS_PART | BS_DSN_HAS_STATUS |
				    BS_DSN_HAS_RECEIPT | BS_DSN_HAS_FEEDBACK |
				    BS_DSN_STATUS_FIELD);
	memset(&facts->final_recipients, 0,
	    sizeof(*facts) - offsetof(struct bs_dsn_facts, final_recipients));
	memset(&dsn->text_header, 0, sizeof(dsn->text_header));
	memset(&dsn->hints, 0, sizeof(dsn->hints));
	if (dsn->has_receipt_ids)
		memset(&dsn->report_ids, 0, sizeof(dsn->report_ids));
	dsn->has_receipt_ids = false;
	dsn->fate_of = 0;
	dsn->hints.failed = failed;
}

bool
bs_dsn_parts_find(struct bs_dsn *dsn, const char *line, size_t len,
    struct bs_dsn_boundary *out)
{
	int how = 0;
	unsigned level = dsn->depth;

	while (len > 2 && is_blank(line[len - 1]))
		len--;
	while (level > 0 && how == 0)
		how = fits(&dsn->levels[--level], line, len);
	if (how == 0) {
		if (may_be_boundary(dsn, line, len)) {
			dsn->maybe_len = len - 2;
			memcpy(dsn->maybe, line + 2, len - 2);
		}
		return false;
	}
	out->level = level;
	out->is_last = how == 2;
	return true;
}

void
bs_dsn_parts_enter(struct bs_dsn *dsn, const struct bs_dsn_boundary *boundary)
{
	unsigned level = boundary->level;

	if (!dsn->levels[level].seen && (level == 0 || dsn->depth > level + 1))
		forget(dsn);
	dsn->levels[level].seen = true;
	if (!boundary->is_last) {
		dsn->depth = level + 1;
		begin_part(dsn);
	} else {
		dsn->depth = level;
		dsn->place = BS_DSN_BETWEEN;
	}
}

bool
bs_dsn_parts_was_boundary(struct bs_dsn *dsn, const char *line, size_t len)
{
	static const char content[] = "Content-";

	if (bs_mime_name_len(line, len) >= sizeof(content) &&
	    bs_ascii_same(line, content, sizeof(content) - 1))
		return true;
	dsn->maybe_len = 0;
	return false;
}

void
bs_dsn_parts_enter_unannounced(struct bs_dsn *dsn)
{
	struct bs_dsn_level *level = &dsn->levels[dsn->depth++];

	memcpy(level->boundary, dsn->maybe, dsn->maybe_len);
	level->len = dsn->maybe_len;
	level->seen = true;
	level->digest = false;
	level->lie = true;
	begin_part(dsn);
}

/* What a part is by its type, in lower case. */
static enum bs_dsn_leaf
leaf_of(const char *type)
{
	static const struct {
		const char *type;
		enum bs_dsn_leaf leaf;
	} types[] = {
	    {"message/delivery-status", BS_DSN_STATUS},
	    {"message/global-delivery-status", BS_DSN_STATUS},
	    {"message/disposition-notification", BS_DSN_RECEIPT},
	    {"message/global-disposition-notification", BS_DSN_RECEIPT},
	    {"message/feedback-report", BS_DSN_FEEDBACK},
	    {"message/rfc822", BS_DSN_RETURNED},
	    {"message/rfc822-headers", BS_DSN_RETURNED},
	    {"message/rfc822-header", BS_DSN_RETURNED},
	    {"message/global", BS_DSN_RETURNED},
	    {"message/global-headers", BS_DSN_RETURNED},
	    {"message/news", BS_DSN_RETURNED},
	    {"message/partial", BS_DSN_RETURNED},
	    {"text/rfc822-headers", BS_DSN_RETURNED},
	    {"text/rfc822-header", BS_DSN_RETURNED},
	    {"text/rfc822", BS_DSN_RETURNED},
	};

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (strcmp(type, types[i].type) == 0)
			return types[i].leaf;
	if (strncmp(type, "multipart/", 10) == 0)
		return BS_DSN_MULTIPART;
	if (strncmp(type, "text", 4) == 0 || strchr(type, '/') == NULL)
		return BS_DSN_TEXT;
	return BS_DSN_SKIP;
}

/* Reads the boundary of a multipart that may begin behind the header at hand.
 */
static void
take_boundary(struct bs_dsn *dsn, const struct bs_mime_field *field,
    const char *type)
{
	struct bs_dsn_level *level = &dsn->levels[dsn->depth];
	int rc;

	if (dsn->depth == BS_DSN_DEPTH)
		return;
	level->seen = false;
	level->lie = false;
	level->digest = strcmp(type, "multipart/digest") == 0;
	rc = bs_mime_parameter(field->value, field->value_len, "boundary",
	    level->boundary, sizeof(level->boundary));
	level->len = rc == -ENOENT ? 0 : strlen(level->boundary);
	while (level->len > 0 && is_blank(level->boundary[level->len - 1]))
		level->len--;
}

void
bs_dsn_parts_returned_field(struct bs_dsn *dsn,
    const struct bs_mime_field *field)
{
	struct bs_dsn_returned *header = &dsn->header;
	char type[64];

	if (bs_mime_is(field, "Content-Transfer-Encoding"))
		header->encoding =
		    bs_transfer_named(field->value, field->value_len);
	if (!bs_mime_is(field, "Content-Type"))
		return;
	bs_mime_word(field->value, field->value_len, type, sizeof(type));
	header->next = leaf_of(type);
	header->is_markup = strcmp(type, "text/html") == 0;
	header->is_report = strcmp(type, "multipart/report") == 0;
	if (header->next == BS_DSN_MULTIPART)
		take_boundary(dsn, field, type);
}

static void
take_type(struct bs_dsn *dsn, const struct bs_mime_field *field)
{
	char type[64];

	bs_mime_word(field->value, field->value_len, type, sizeof(type));
	dsn->next = leaf_of(type);
	dsn->is_markup = strcmp(type, "text/html") == 0;
	if (dsn->next != BS_DSN_MULTIPART)
		return;
	if (dsn->place == BS_DSN_TOP && strcmp(type, "multipart/report") == 0)
		dsn->signals |= BS_DSN_TOP_REPORT;
	take_boundary(dsn, field, type);
}

void
bs_dsn_parts_field(struct bs_dsn *dsn, const struct bs_mime_field *field)
{
	if (bs_mime_is(field, "Content-Type"))
		take_type(dsn, field);
	else if (bs_mime_is(field, "Content-Transfer-Encoding"))
		bs_transfer_begin(&dsn->transfer,
		    bs_transfer_named(field->value, field->value_len));
}

void
bs_dsn_parts_returned(struct bs_dsn *dsn)
{
	bool lie = false;

	if ((dsn->header.fields & ~(unsigned)BS_DSN_F_OTHER) == 0 ||
	    (dsn->signals & BS_DSN_HAS_PART) != 0)
		return;
	for (unsigned i = 0; i < dsn->depth; i++)
		lie |= dsn->levels[i].lie;
	if (!lie) {
		dsn->signals |= BS_DSN_HAS_PART;
		bs_dsn_returned_keep(&dsn->facts, &dsn->header);
	} else if (dsn->text_header.message_ids.count == 0) {
		dsn->text_header = dsn->header;
	}
}

/* Whether the header of a part is that of the returned message itself: some
 * producers leave out the empty line between them. */
static bool
is_returned_itself(struct bs_dsn *dsn)
{
	const unsigned enough = BS_DSN_F_FROM | BS_DSN_F_RECEIVED;

	if (dsn->place != BS_DSN_PART ||
	    (dsn->header.fields & BS_DSN_F_MESSAGE_ID) == 0 ||
	    (dsn->header.fields & enough) == 0)
		return false;
	if (dsn->next == BS_DSN_RETURNED)
		bs_dsn_parts_returned(dsn);
	else if (dsn->text_header.message_ids.count == 0)
		dsn->text_header = dsn->header;
	return true;
}

/* What to look for in the part, now that its header is known. */
static enum bs_dsn_leaf
wanted(const struct bs_dsn *dsn)
{
	if (dsn->next == BS_DSN_RETURNED &&
	    (dsn->signals & BS_DSN_HAS_PART) != 0)
		return BS_DSN_SKIP;
	/* an inner notice was read: what follows it in the outer one is about
	 * that notice
	 */
	if ((dsn->signals & BS_DSN_NESTED) != 0 &&
	    dsn->depth <= dsn->outer_depth)
		return BS_DSN_SKIP;
	if (dsn->next == BS_DSN_TEXT && bs_dsn_is_quiet(dsn) &&
	    (dsn->is_markup || dsn->hints.lines > BS_DSN_QUIET_LINES))
		return BS_DSN_SKIP;
	return dsn->next;
}

static void
note_leaf(struct bs_dsn *dsn)
{
	if (dsn->leaf == BS_DSN_STATUS)
		dsn->signals |= BS_DSN_HAS_STATUS;
	else if (dsn->leaf == BS_DSN_RECEIPT)
		dsn->signals |= BS_DSN_HAS_RECEIPT;
	else if (dsn->leaf == BS_DSN_FEEDBACK)
		dsn->signals |= BS_DSN_HAS_FEEDBACK;
}

void
bs_dsn_parts_header_ended(struct bs_dsn *dsn)
{
	bool is_returned = is_returned_itself(dsn);

	if (dsn->next == BS_DSN_MULTIPART) {
		bool announced = dsn->depth < BS_DSN_DEPTH &&
				 dsn->levels[dsn->depth].len > 0;

		if (announced && dsn->depth++ > 0) {
			dsn->place = BS_DSN_BETWEEN;
			return;
		}
		/* Either no boundary was announced, and one may still be met;
		 * or this is the top, whose preamble is read as text in case
		 * its boundary never comes. */
		dsn->next =
		    dsn->depth < BS_DSN_DEPTH ? BS_DSN_TEXT : BS_DSN_SKIP;
		bs_transfer_begin(&dsn->transfer, BS_TRANSFER_IDENTITY);
	}
	dsn->place = BS_DSN_IN_LEAF;
	dsn->leaf = is_returned ? BS_DSN_SKIP : wanted(dsn);
	dsn->encoding_checked = false;
	dsn->prefix_len = 0;
	dsn->odd_lines = 0;
	dsn->fields = 0;
	memset(&dsn->markup, 0, sizeof(dsn->markup));
	bs_octets_begin(&dsn->decoded);
	bs_dsn_returned_begin(&dsn->header);
	note_leaf(dsn);
}
