/* A text that is looked for in a large one, in either case. */
#ifndef BS_CLI_WHY_SEARCH_H
#define BS_CLI_WHY_SEARCH_H

#include <stddef.h>
#include <stdint.h>

#define BS_WHY_NEEDLE_MAX 255

struct bs_why_needle {
	uint8_t text[BS_WHY_NEEDLE_MAX]; /* in lower case */
	size_t len;
	size_t steps[256];
};

/* Takes a text of at least one octet; of a longer one than can be kept, its
 * beginning. */
void bs_why_needle_set(struct bs_why_needle *needle, const char *text);

/* Where it stands first, or len. */
size_t bs_why_needle_find(const struct bs_why_needle *needle, const char *text,
    size_t len);

#endif
