/* A text that is looked for in a large one, in either case: by Horspool's
 * method, which looks at one octet in so many as the text has. */
#include <string.h>

#include "common/base/ascii.h"
#include "common/cli/why/search.h"

void
bs_why_needle_set(struct bs_why_needle *needle, const char *text)
{
	needle->len = strnlen(text, BS_WHY_NEEDLE_MAX);
	for (size_t i = 0; i < 256; i++)
		needle->steps[i] = needle->len;
	for (size_t i = 0; i < needle->len; i++)
		needle->text[i] = (uint8_t)bs_ascii_lower(text[i]);
	for (size_t i = 0; i + 1 < needle->len; i++) {
		uint8_t c = needle->text[i];

		needle->steps[c] = needle->len - 1 - i;
		if (c >= 'a' && c <= 'z')
			needle->steps[c - 'a' + 'A'] = needle->len - 1 - i;
	}
}

size_t
bs_why_needle_find(const struct bs_why_needle *needle, const char *text,
    size_t len)
{
	size_t last = needle->len - 1;

	for (size_t at = 0; at + needle->len <= len;) {
		uint8_t c = (uint8_t)text[at + last];
		size_t i = needle->len;

		if ((uint8_t)bs_ascii_lower((char)c) == needle->text[last])
			for (i = 0; i < last; i++)
				if ((uint8_t)bs_ascii_lower(text[at + i]) !=
				    needle->text[i])
					break;
		if (i == last)
			return at;
		at += needle->steps[c];
	}
	return len;
}
