/* Any octets as the file of what was accepted by hand. */
#include <stdlib.h>
#include <string.h>

#include "common/config/accepted.h"
#include "tests/fuzz/fuzz.h"

/* An entry is found by its own name, and not when its time is over. */
static void
check_entry(const struct bs_accepted *list,
    const struct bs_accepted_entry *entry)
{
	const struct bs_accepted_question question = {
	    .client = entry->kind == BS_ACCEPTED_CLIENT ? "192.0.2.1" : "",
	    .helo = entry->kind == BS_ACCEPTED_DOMAIN ? entry->what : "",
	    .sender = "",
	    .recipient = entry->kind == BS_ACCEPTED_ADDRESS ? entry->what : "",
	};

	MUST(memchr(entry->what, '\0', sizeof(entry->what)) != NULL);
	MUST(entry->what[0] != '\0' && strchr(entry->what, ' ') == NULL);
	MUST(bs_accepted_find(list, &question, INT64_MAX) == NULL);
	if (entry->kind != BS_ACCEPTED_CLIENT && entry->until > 0)
		MUST(bs_accepted_find(list, &question, entry->until - 1) !=
		     NULL);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct bs_accepted list;
	static struct bs_accepted again;
	static char text[BS_ACCEPTED_FILE_MAX];
	struct bs_fault fault = {0};
	int len;

	if (bs_accepted_parse((const char *)data, size, &list, &fault) != 0) {
		MUST(list.count == 0);
		MUST(fault.line > 0 && fault.text[0] != '\0');
		return 0;
	}
	MUST(list.count <= BS_ACCEPTED_MAX);
	for (size_t i = 0; i < list.count; i++)
		check_entry(&list, &list.entries[i]);
	len = bs_accepted_write(&list, text, sizeof(text));
	MUST(len > 0);
	MUST(bs_accepted_parse(text, (size_t)len, &again, &fault) == 0);
	MUST(again.count == list.count);
	for (size_t i = 0; i < list.count; i++)
		MUST(strcmp(again.entries[i].what, list.entries[i].what) == 0 &&
		     again.entries[i].until == list.entries[i].until);
	return 0;
}
