/* Any text for the log: no tag in it keeps its MAC, and all else stays. */
#include <string.h>

#include "common/base/ascii.h"
#include "common/base/log.h"
#include "tests/fuzz/fuzz.h"

#define TEXT_MAX 1024

/* "prvs=1234", and a hexadecimal digit behind it. */
static int
is_whole_tag(const char *text)
{
	if (strlen(text) < 10 || !bs_ascii_same(text, "prvs=", 5))
		return 0;
	for (int i = 5; i < 9; i++)
		if (!bs_ascii_is_digit(text[i]))
			return 0;
	return bs_ascii_hex(text[9]) >= 0;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char before[TEXT_MAX];
	char after[TEXT_MAX];
	char again[TEXT_MAX];

	if (size >= sizeof(before))
		return 0;
	memcpy(before, data, size);
	before[size] = '\0';
	memcpy(after, before, size + 1);
	bs_log_blot(after);
	MUST(strlen(after) == strlen(before));
	for (size_t i = 0; before[i] != '\0'; i++) {
		MUST(before[i] == after[i] ||
		     (after[i] == 'x' && bs_ascii_hex(before[i]) >= 0));
		MUST(!is_whole_tag(after + i));
	}
	memcpy(again, after, sizeof(again));
	bs_log_blot(again);
	MUST(strcmp(again, after) == 0);
	return 0;
}
