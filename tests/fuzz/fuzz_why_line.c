/* A line of a log: what is read of it stands in it, and can be told. */
#include <string.h>

#include "common/cli/why/line.h"
#include "common/cli/why/tell.h"
#include "tests/fuzz/fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bs_why_line line;
	char told[BS_WHY_TOLD];

	if (bs_why_line_parse((const char *)data, size, 1796040000, &line) != 0)
		return 0;
	MUST(line.when >= 0 && line.count > 0 && line.count <= BS_WHY_WORDS);
	for (size_t i = 0; i < line.count; i++) {
		MUST(line.words[i].name >= line.text &&
		     line.words[i].value > line.words[i].name &&
		     line.words[i].value < line.text + sizeof(line.text));
		MUST(memmem(data, size, line.words[i].name,
			 strlen(line.words[i].name)) != NULL);
	}
	bs_why_tell(&line, told);
	MUST((unsigned)bs_why_outcome(&line) < BS_WHY_OUTCOMES);
	MUST(memchr(told, '\0', sizeof(told)) != NULL);
	return 0;
}
