/* The Message-IDs by which a returned message may be known. A known one speaks
 * for the bounce wherever it stands. That none is known speaks against it only
 * where the bounce returned the message itself or named it in a report. */
#include <string.h>

#include "common/base/ascii.h"
#include "common/bounce/ids.h"
#include "common/bounce/state.h"

/* Whether text[0..len) ends in the word, in any case. */
static bool
ends_in(const char *text, size_t len, const char *word)
{
	size_t word_len = strlen(word);

	return len >= word_len &&
	       bs_ascii_same(text + len - word_len, word, word_len);
}

bool
bs_dsn_ids_is_original(const struct bs_mime_field *field)
{
	/* X-Google-Original-Message-ID, X-Original-Message-ID ... */
	static const char *const ends[] = {"Original-Message-ID",
	    "Original-MessageID", "Orig-Message-ID", "Old-Message-ID",
	    "Original-Msg-ID"};

	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
		if (ends_in(field->name, field->name_len, ends[i]))
			return true;
	return false;
}

static void
add(struct bs_list *list, const char *text, size_t len)
{
	char id[BS_MESSAGE_ID_MAX];

	if (bs_mime_message_id(text, len, id, sizeof(id)) == 0) {
		/* the list itself notes what does not fit */
		if (bs_list_add(list, id, strlen(id)) != 0)
			return;
	} else if (len >= sizeof(id)) {
		list->truncated = true;
	}
}

void
bs_dsn_ids_take(struct bs_list *list, const struct bs_mime_field *field)
{
	const char *at = field->value;
	const char *end = at + field->value_len;
	const char *open;
	const char *close;

	if (memchr(at, '<', field->value_len) == NULL) {
		/* "In-Reply-To: your message of Friday" has none */
		if (memchr(at, ' ', field->value_len) == NULL)
			add(list, at, field->value_len);
		return;
	}
	while ((open = memchr(at, '<', (size_t)(end - at))) != NULL) {
		close = memchr(open, '>', (size_t)(end - open));
		if (close == NULL)
			close = end - 1;
		add(list, open, (size_t)(close + 1 - open));
		at = close + 1;
	}
}

/* Adds the items of a list but for one. Returns whether any was new. */
static bool
merge(struct bs_list *into, const struct bs_list *from, const char *but)
{
	const char *id = NULL;
	unsigned before = into->count;

	while ((id = bs_list_next(from, id)) != NULL)
		if (strcmp(id, but) != 0 &&
		    bs_list_add(into, id, strlen(id)) != 0)
			break;
	return into->count != before;
}

/* Puts those of a returned notice before those that it returns. A notice that
 * was only wrapped may have the Message-ID of the wrapper, which tells nothing.
 */
static void
gather_nested(struct bs_dsn *dsn)
{
	struct bs_list *ids = &dsn->facts.message_ids;
	struct bs_list inner = *ids;
	const char *own = dsn->facts.own_message_id;

	memset(ids, 0, sizeof(*ids));
	(void)merge(ids, &dsn->outer_ids, own);
	(void)merge(ids, &inner, own);
	ids->truncated |= dsn->outer_ids.truncated || inner.truncated;
}

void
bs_dsn_ids_gather(struct bs_dsn *dsn)
{
	struct bs_list *ids = &dsn->facts.message_ids;
	const char *own = dsn->facts.own_message_id;
	bool is_nested = (dsn->signals & BS_DSN_NESTED) != 0;
	bool doubt = false;

	/* an MDN says which message it is about, whatever it returns */
	if (dsn->has_receipt_ids)
		*ids = dsn->report_ids;
	if (is_nested) {
		/* Where the inner notice returns nothing, or a report names
		 * another message, nobody knows which one is meant. */
		doubt = ids->count == 0;
		gather_nested(dsn);
	}
	if (merge(ids, &dsn->report_ids, own) && is_nested)
		doubt = true;
	doubt |= ids->truncated || dsn->report_ids.truncated;
	/* What is only referred to speaks for the bounce, never against it: a
	 * notice may take it over from the mail that it returns. And more of it
	 * than there is room for opens no door. */
	dsn->facts.only_refers = ids->count == 0 && !doubt;
	if (!merge(ids, &dsn->named_ids, own))
		dsn->facts.only_refers = false;
	ids->truncated = doubt;
}
