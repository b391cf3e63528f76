/* Any octets as a message: what is found does not depend on how they come, and
 * stays within its bounds. The first octet is how long the pieces are. */
#include <stdlib.h>
#include <string.h>

#include "common/bounce/dsn.h"
#include "tests/fuzz/fuzz.h"

static struct bs_dsn whole;
static struct bs_dsn pieces;

static void
must_end(const char *text, size_t size)
{
	MUST(memchr(text, '\0', size) != NULL);
}

static void
check_list(const struct bs_list *list)
{
	const char *item = NULL;
	unsigned count = 0;

	while ((item = bs_list_next(list, item)) != NULL)
		MUST(++count <= BS_LIST_ITEMS);
	MUST(count == list->count);
}

static void
check(const struct bs_dsn_facts *facts)
{
	must_end(facts->own_message_id, sizeof(facts->own_message_id));
	must_end(facts->own_from, sizeof(facts->own_from));
	must_end(facts->status, sizeof(facts->status));
	must_end(facts->action, sizeof(facts->action));
	must_end(facts->reporting_mta, sizeof(facts->reporting_mta));
	must_end(facts->diagnostic, sizeof(facts->diagnostic));
	must_end(facts->disposition, sizeof(facts->disposition));
	for (size_t i = 0; i < BS_DSN_RECIPIENTS; i++) {
		const struct bs_dsn_fate *fate = &facts->fates[i];

		must_end(fate->action, sizeof(fate->action));
		must_end(fate->status, sizeof(fate->status));
		must_end(fate->diagnostic, sizeof(fate->diagnostic));
	}
	must_end(facts->return_path, sizeof(facts->return_path));
	must_end(facts->returned_from, sizeof(facts->returned_from));
	must_end(facts->returned_subject, sizeof(facts->returned_subject));
	check_list(&facts->final_recipients);
	check_list(&facts->original_recipients);
	check_list(&facts->message_ids);
	check_list(&facts->received);
	MUST(facts->kind != BS_KIND_UNREAD);
	MUST(bs_dsn_class_name(facts->class) != NULL);
}

static void
must_be_same(const struct bs_list *a, const struct bs_list *b)
{
	const char *left = NULL;
	const char *right = NULL;

	MUST(a->count == b->count && a->truncated == b->truncated &&
	     a->guessed == b->guessed);
	while ((left = bs_list_next(a, left)) != NULL) {
		right = bs_list_next(b, right);
		MUST(right != NULL && strcmp(left, right) == 0);
	}
}

static void
compare(const struct bs_dsn_facts *a, const struct bs_dsn_facts *b)
{
	MUST(a->class == b->class && a->kind == b->kind);
	MUST(a->has_own_message_id == b->has_own_message_id);
	MUST(strcmp(a->own_message_id, b->own_message_id) == 0);
	MUST(strcmp(a->own_from, b->own_from) == 0);
	MUST(strcmp(a->status, b->status) == 0);
	MUST(strcmp(a->diagnostic, b->diagnostic) == 0);
	MUST(a->has_returned_header == b->has_returned_header);
	MUST(a->returned_date == b->returned_date);
	MUST(strcmp(a->return_path, b->return_path) == 0);
	must_be_same(&a->message_ids, &b->message_ids);
	must_be_same(&a->final_recipients, &b->final_recipients);
	must_be_same(&a->original_recipients, &b->original_recipients);
	must_be_same(&a->received, &b->received);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data + 1;
	size_t piece;

	if (size == 0)
		return 0;
	piece = data[0] % 80 + 1U;
	size--;
	bs_dsn_begin(&whole);
	bs_dsn_push(&whole, text, size);
	bs_dsn_end(&whole);
	check(&whole.facts);
	bs_dsn_begin(&pieces);
	for (size_t at = 0; at < size; at += piece)
		bs_dsn_push(&pieces, text + at,
		    size - at < piece ? size - at : piece);
	bs_dsn_end(&pieces);
	compare(&whole.facts, &pieces.facts);
	return 0;
}
