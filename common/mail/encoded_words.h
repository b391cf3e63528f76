/* Encoded words of header fields (RFC 2047). */
#ifndef BS_MAIL_ENCODED_WORDS_H
#define BS_MAIL_ENCODED_WORDS_H

#include <stddef.h>

/* Copy text with its encoded words decoded, and a NUL; controls become spaces.
 * Cut where it does not fit. The first makes UTF-8, and leaves a word whose
 * character set it does not know as it stands: for people. The second copies
 * the octets of such a word: for a search in it. */
void bs_encoded_words_read(const char *text, size_t len, char *out,
    size_t size);
void bs_encoded_words_search(const char *text, size_t len, char *out,
    size_t size);

#endif
