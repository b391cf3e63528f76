/* Enhanced status codes (RFC 3463 §2): class, subject, detail. */
#include <stdbool.h>
#include <string.h>

#include "common/base/ascii.h"
#include "common/bounce/status.h"

size_t
bs_status_len(const char *text, size_t len, size_t at)
{
	size_t i = at + 1;

	if (at > 0 && (bs_ascii_is_digit(text[at - 1]) || text[at - 1] == '.'))
		return 0;
	if (text[at] != '2' && text[at] != '4' && text[at] != '5')
		return 0;
	for (unsigned dots = 0; dots < 2; dots++) {
		size_t start;

		if (i >= len || text[i] != '.')
			return 0;
		for (start = ++i;
		     i < len && i - start < 4 && bs_ascii_is_digit(text[i]);)
			i++;
		if (i == start || i - start > 3)
			return 0;
	}
	if (i < len &&
	    (text[i] == '.' && i + 1 < len && bs_ascii_is_digit(text[i + 1])))
		return 0;
	return i - at;
}

void
bs_status_copy(const char *text, size_t len, char *out, size_t size)
{
	for (size_t at = 0; at < len; at++) {
		size_t code = bs_status_len(text, len, at);

		if (code == 0 || code >= size)
			continue;
		memcpy(out, text + at, code);
		out[code] = '\0';
		return;
	}
}
