/* A few short texts in a buffer of a fixed size, in the order they came. */
#include <errno.h>
#include <string.h>

#include "common/base/list.h"

static bool
has(const struct bs_list *list, const char *text, size_t len)
{
	const char *at = NULL;

	while ((at = bs_list_next(list, at)) != NULL)
		if (strlen(at) == len && memcmp(at, text, len) == 0)
			return true;
	return false;
}

int
bs_list_add(struct bs_list *list, const char *text, size_t len)
{
	if (has(list, text, len))
		return 0;
	if (list->count == BS_LIST_ITEMS ||
	    len >= sizeof(list->text) - list->used) {
		list->truncated = true;
		return -ENOSPC;
	}
	memcpy(list->text + list->used, text, len);
	list->text[list->used + len] = '\0';
	list->used += (unsigned)len + 1;
	list->count++;
	return 0;
}

const char *
bs_list_next(const struct bs_list *list, const char *at)
{
	const char *next = at == NULL ? list->text : at + strlen(at) + 1;

	return (size_t)(next - list->text) < list->used ? next : NULL;
}
