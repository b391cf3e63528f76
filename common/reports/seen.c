/* Reports that were read already: the same one may lie in several files. */
#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "common/reports/seen.h"

#define TIMES_OCTETS (2 * sizeof(int64_t))
#define KEY_MAX (TIMES_OCTETS + 2 * BS_REPORT_TEXT + BS_HOST_MAX)

/* The times, then the texts, each with its NUL. */
struct bs_report_mark {
	struct bs_report_mark *next;
	size_t len;
	uint8_t key[];
};

static int
compare(const void *a, const void *b)
{
	const struct bs_report_mark *x = a;
	const struct bs_report_mark *y = b;

	if (x->len != y->len)
		return x->len < y->len ? -1 : 1;
	return memcmp(x->key, y->key, x->len);
}

static size_t
write_key(const struct bs_report_head *head, uint8_t out[static KEY_MAX])
{
	const char *const texts[] = {head->reporter, head->id, head->domain};
	size_t len = TIMES_OCTETS;

	memcpy(out, &head->begin, sizeof(head->begin));
	memcpy(out + sizeof(head->begin), &head->end, sizeof(head->end));
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		size_t text_len = strlen(texts[i]) + 1;

		memcpy(out + len, texts[i], text_len);
		len += text_len;
	}
	return len;
}

bool
bs_report_seen(struct bs_report_seen *seen, const struct bs_report_head *head)
{
	uint8_t key[KEY_MAX];
	struct bs_report_mark *mark;
	struct bs_report_mark *const *found;
	size_t len;

	if (head->id[0] == '\0')
		return false;
	len = write_key(head, key);
	mark = malloc(sizeof(*mark) + len);
	if (mark == NULL)
		return false;
	mark->len = len;
	memcpy(mark->key, key, len);
	/* without memory, or room, it is as if it were new */
	found = seen->count < BS_REPORTS_SEEN_MAX
		    ? tsearch(mark, &seen->tree, compare)
		    : tfind(mark, &seen->tree, compare);
	if (found == NULL || *found != mark) {
		free(mark);
		return found != NULL;
	}
	mark->next = seen->marks;
	seen->marks = mark;
	seen->count++;
	return false;
}

void
bs_report_seen_free(struct bs_report_seen *seen)
{
	struct bs_report_mark *mark;

	while ((mark = seen->marks) != NULL) {
		seen->marks = mark->next;
		(void)tdelete(mark, &seen->tree, compare);
		free(mark);
	}
	memset(seen, 0, sizeof(*seen));
}
