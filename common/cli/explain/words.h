/* Encoded words of header fields (RFC 2047), for people. */
#ifndef BS_CLI_EXPLAIN_WORDS_H
#define BS_CLI_EXPLAIN_WORDS_H

#include <stddef.h>

/* Copies a text with its encoded words as UTF-8, and its controls as spaces, as
 * much as fits. A word whose character set this host does not know stays as it
 * stands. */
void bs_explain_words(const char *text, char *out, size_t size);

#endif
