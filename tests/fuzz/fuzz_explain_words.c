/* Any octets as what a bounce says to people: what comes out ends within its
 * room, and is free of controls. */
#include <stdlib.h>
#include <string.h>

#include "common/cli/explain/cause.h"
#include "common/cli/explain/words.h"
#include "tests/fuzz/fuzz.h"

static void
check_words(const char *text, size_t room)
{
	char *out = malloc(room);

	if (out == NULL)
		abort();
	bs_explain_words(text, out, room);
	MUST(memchr(out, '\0', room) != NULL);
	for (const char *c = out; *c != '\0'; c++)
		MUST((unsigned char)*c >= ' ');
	free(out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);
	const struct bs_explain_cause *cause;

	if (text == NULL)
		abort();
	memcpy(text, data, size);
	text[size] = '\0';
	check_words(text, 1);
	check_words(text, 7);
	check_words(text, 4096);
	cause = bs_explain_cause("5.0.0", text);
	MUST(cause == NULL || cause->text[0] != '\0');
	cause = bs_explain_cause(text, "550 no");
	MUST(cause == NULL || cause->text[0] != '\0');
	free(text);
	return 0;
}
