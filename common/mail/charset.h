/* Character sets of one octet a character, as Unicode. */
#ifndef BS_MAIL_CHARSET_H
#define BS_MAIL_CHARSET_H

#include <stddef.h>
#include <stdint.h>

#define BS_CHARSET_UNKNOWN (-1) /* or of more than one octet a character */
#define BS_CHARSET_UTF8 (-2)	/* or ASCII, which is part of it */

/* The number of a set by its name, in any case, or one of the above. */
int bs_charset_find(const char *name, size_t len);

/* The character that an octet is in a set that bs_charset_find() knows. */
uint32_t bs_charset_of_octet(int charset, char c);

/* Writes a character as UTF-8. Returns its length. */
size_t bs_charset_put_utf8(uint32_t c, char out[static 4]);

#endif
