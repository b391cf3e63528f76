/* A returned message that is itself a notice, as gateways wrap them. */
#include <stddef.h>
#include <string.h>

#include "common/bounce/nested.h"
#include "common/bounce/returned.h"
#include "common/bounce/state.h"

/* A report says by its type what it is; otherwise two signs are needed, as a
 * person may write as postmaster or about a failure. */
static bool
is_notice(const struct bs_dsn_returned *header)
{
	const unsigned authors = BS_DSN_FROM_DAEMON | BS_DSN_FROM_SYSTEM;
	unsigned signs = header->signs;
	unsigned count = 0;

	if (header->is_report || (signs & BS_DSN_FAILED_RECIPIENTS) != 0)
		return true;
	count += (signs & authors) != 0;
	count += (signs & BS_DSN_NULL_PATH) != 0;
	count += (signs & BS_DSN_SUBJECT_FAILURE) != 0;
	return count >= 2;
}

/* What was found so far is about the notice, not about what it returns. What a
 * report says of the notice stays; those whom the inner notice names are then
 * the original recipients. */
static void
set_aside(struct bs_dsn *dsn)
{
	struct bs_dsn_facts *facts = &dsn->facts;
	size_t from = (dsn->signals & BS_DSN_HAS_STATUS) != 0
			  ? offsetof(struct bs_dsn_facts, message_ids)
			  : offsetof(struct bs_dsn_facts, final_recipients);

	dsn->outer_signals = dsn->signals;
	dsn->outer_words = dsn->hints.failures + dsn->hints.known_banner;
	dsn->outer_depth = dsn->depth;
	dsn->outer_ids = dsn->header.message_ids;
	memset((char *)facts + from, 0, sizeof(*facts) - from);
	facts->has_returned_header = true;
	memset(&dsn->text_header, 0, sizeof(dsn->text_header));
	memset(&dsn->hints, 0, sizeof(dsn->hints));
	memset(&dsn->fate, 0, sizeof(dsn->fate));
	dsn->fate_of = 0;
	dsn->signals &= ~(unsigned)(BS_DSN_HAS_PART | BS_DSN_HAS_STATUS |
				    BS_DSN_STATUS_FIELD);
	dsn->signals |= BS_DSN_NESTED;
	if (dsn->header.is_report)
		dsn->signals |= BS_DSN_INNER_REPORT;
}

/* Goes on behind the header: in its parts, or in its text. Returns false where
 * it cannot be read in a stream, as it is encoded as a whole. */
static bool
go_on(struct bs_dsn *dsn)
{
	struct bs_dsn_returned header = dsn->header;
	bool is_plain = dsn->transfer.type == BS_TRANSFER_IDENTITY &&
			!dsn->is_markup && dsn->prefix_len == 0;

	bs_dsn_returned_begin(&dsn->header);
	dsn->prefix_len = 0;
	if (is_plain && header.next == BS_DSN_MULTIPART &&
	    dsn->depth < BS_DSN_DEPTH && dsn->levels[dsn->depth].len > 0) {
		dsn->depth++;
		dsn->place = BS_DSN_BETWEEN;
		return true;
	}
	if (header.next != BS_DSN_TEXT && header.next != BS_DSN_SKIP)
		return false;
	if (is_plain) {
		dsn->is_markup = header.is_markup;
		bs_transfer_begin(&dsn->transfer, header.encoding);
		memset(&dsn->markup, 0, sizeof(dsn->markup));
		bs_octets_begin(&dsn->decoded);
		dsn->encoding_checked = false;
	}
	dsn->leaf = BS_DSN_TEXT;
	return true;
}

bool
bs_dsn_nested_enter(struct bs_dsn *dsn)
{
	if (!is_notice(&dsn->header))
		return false;
	if ((dsn->signals & BS_DSN_NESTED) != 0) {
		/* deeper than one level: what it returns stays unknown */
		dsn->facts.message_ids.truncated = true;
		dsn->text_header.message_ids.truncated = true;
		return false;
	}
	set_aside(dsn);
	return go_on(dsn);
}
