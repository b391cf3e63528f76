/* Messages for the parser of bounces, read in three ways at once. */
#ifndef BS_MESSAGE_H
#define BS_MESSAGE_H

#include "common/bounce/dsn.h"
#include "tests/unit/unit.h"

/* Pushes a message in pieces, each in memory of its own for ASan to guard. */
static inline void
push_pieces(struct bs_dsn *dsn, const char *text, size_t len, size_t piece)
{
	bs_dsn_begin(dsn);
	while (len > 0) {
		size_t now = len < piece ? len : piece;
		char *copy = malloc(now);

		assert_non_null(copy);
		memcpy(copy, text, now);
		bs_dsn_push(dsn, copy, now);
		free(copy);
		text += now;
		len -= now;
	}
	bs_dsn_end(dsn);
}

/* The facts of a message, the same however it is cut. They live until the
 * next call. */
static inline const struct bs_dsn_facts *
facts_of_octets(const char *text, size_t len)
{
	static struct bs_dsn whole;
	static struct bs_dsn cut;

	push_pieces(&whole, text, len, len + 1);
	push_pieces(&cut, text, len, 1);
	assert_memory_equal(&cut.facts, &whole.facts, sizeof(whole.facts));
	push_pieces(&cut, text, len, 7);
	assert_memory_equal(&cut.facts, &whole.facts, sizeof(whole.facts));
	return &whole.facts;
}

static inline const struct bs_dsn_facts *
facts_of(const char *text)
{
	return facts_of_octets(text, strlen(text));
}

/* Whether a list holds these texts, with a space between them, and no others.
 */
static inline bool
lists(const struct bs_list *list, const char *texts)
{
	const char *item = NULL;
	char joined[BS_LIST_SIZE] = "";
	size_t len = 0;

	while ((item = bs_list_next(list, item)) != NULL)
		len += (size_t)snprintf(joined + len, sizeof(joined) - len,
		    "%s%s", len > 0 ? " " : "", item);
	if (strcmp(joined, texts) == 0)
		return true;
	fputs("the list has: ", stderr);
	fputs(joined, stderr);
	fputs("\n", stderr);
	return false;
}

#endif
