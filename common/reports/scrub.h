/* Makes XML that can be read of what senders call XML, piece by piece. */
#ifndef BS_REPORTS_SCRUB_H
#define BS_REPORTS_SCRUB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Octets that are held back, at most: a reference, or a character. */
#define BS_SCRUB_HELD 12

/* Octets that a piece may grow by. */
#define BS_SCRUB_SLACK (BS_SCRUB_HELD + 1)

/* One of zeros is new. */
struct bs_scrub {
	bool began;
	bool in_text;
	bool is_wide; /* UTF-16 */
	bool is_little;
	bool has_half; /* of a unit of UTF-16 */
	uint8_t half;
	size_t held_len;
	uint8_t held[BS_SCRUB_HELD];
};

/* Writes UTF-8, whatever encoding is declared: a character beyond ASCII that is
 * no UTF-8, a control, and a '&' that begins none of XML's own references
 * become '?'. So no entity is ever expanded. What stands before the first '<'
 * is left out. The first piece should have two octets. out has room for len +
 * BS_SCRUB_SLACK octets. Returns how many it wrote. */
size_t bs_scrub(struct bs_scrub *scrub, const uint8_t *in, size_t len,
    char *out);

#endif
