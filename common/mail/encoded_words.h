/* Encoded words of header fields (RFC 2047). */
#ifndef BS_MAIL_ENCODED_WORDS_H
#define BS_MAIL_ENCODED_WORDS_H

#include <stdbool.h>
#include <stddef.h>

#include "common/mail/transfer.h"

/* Copy text with its encoded words decoded, and a NUL; controls become spaces.
 * Cut where it does not fit. The first makes UTF-8, and leaves a word whose
 * character set it does not know as it stands: for people. The second copies
 * the octets of such a word: for a search in it. */
void bs_encoded_words_read(const char *text, size_t len, char *out,
    size_t size);
void bs_encoded_words_search(const char *text, size_t len, char *out,
    size_t size);

/* Octets of an encoded word's payload (RFC 2047 §2 allows 75). */
#define BS_ENCODED_WORD_MAX 512

/* A word taken apart: views into the text. */
struct bs_encoded_word {
	size_t len; /* all of it, from "=?" to "?=" */
	const char *charset;
	size_t charset_len;
	enum bs_transfer_type encoding;
	const char *payload;
	size_t payload_len;
};

/* Reads "=?charset?X?payload?=" at text. Returns whether it is one. */
bool bs_encoded_words_take(const char *text, size_t len,
    struct bs_encoded_word *out);

/* Decodes the payload. Returns how many octets it makes. */
size_t bs_encoded_words_octets(const struct bs_encoded_word *word,
    char out[static BS_ENCODED_WORD_MAX + 3]);

/* The length of the white space between two encoded words, which is none
 * (RFC 2047 §6.2); 0 where no word follows. */
size_t bs_encoded_words_gap(const char *text, size_t len);

#endif
