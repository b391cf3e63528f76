/* Any octets as a header field with encoded words: what comes out ends within
 * its room, and is the beginning of what more room would hold. */
#include <string.h>

#include "common/mail/encoded_words.h"
#include "tests/fuzz/fuzz.h"

static void
check(void read(const char *, size_t, char *, size_t), const char *text,
    size_t len)
{
	char all[4096];
	char some[32];

	read(text, len, all, sizeof(all));
	MUST(memchr(all, '\0', sizeof(all)) != NULL);
	/* controls but ESC are gone */
	for (const char *c = all; *c != '\0'; c++)
		MUST((unsigned char)*c >= ' ' || *c == 0x1b);
	for (size_t size = 1; size <= sizeof(some); size++) {
		read(text, len, some, size);
		MUST(memchr(some, '\0', size) != NULL);
		MUST(strncmp(all, some, strlen(some)) == 0);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	check(bs_encoded_words_read, (const char *)data, size);
	check(bs_encoded_words_search, (const char *)data, size);
	return 0;
}
