/* Encoded words of header fields (RFC 2047). */
#include <stdbool.h>
#include <string.h>

#include "common/base/ascii.h"
#include "common/mail/charset.h"
#include "common/mail/encoded_words.h"
#include "common/mail/transfer.h"

/* Text that grows at its end, as far as there is room. */
struct text {
	char *at;
	size_t len;
	size_t size;
};

static bool
is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* ESC switches character sets in ISO-2022, and stays. */
static char
visible(char c)
{
	return (char)((unsigned char)c < 0x20 && c != 0x1b ? ' ' : c);
}

/* Adds octets that belong together, or none of them. */
static void
put(struct text *text, const char *octets, size_t len)
{
	if (len >= text->size - text->len) {
		text->size = text->len + 1;
		return;
	}
	memcpy(text->at + text->len, octets, len);
	text->len += len;
}

bool
bs_encoded_words_take(const char *text, size_t len, struct bs_encoded_word *out)
{
	const char *encoding;
	const char *end;

	if (len < 8 || text[0] != '=' || text[1] != '?')
		return false;
	encoding = memchr(text + 2, '?', len - 2 < 80 ? len - 2 : 80);
	if (encoding == NULL || len - (size_t)(encoding - text) < 5 ||
	    encoding[2] != '?')
		return false;
	out->payload = encoding + 3;
	out->payload_len = len - (size_t)(out->payload - text);
	if (out->payload_len > BS_ENCODED_WORD_MAX)
		out->payload_len = BS_ENCODED_WORD_MAX;
	end = memmem(out->payload, out->payload_len, "?=", 2);
	if (end == NULL)
		return false;
	out->payload_len = (size_t)(end - out->payload);
	out->len = (size_t)(end + 2 - text);
	out->charset = text + 2;
	out->charset_len = (size_t)(encoding - text - 2);
	out->encoding = bs_ascii_lower(encoding[1]) == 'b' ? BS_TRANSFER_BASE64
							   : BS_TRANSFER_WORD;
	return true;
}

size_t
bs_encoded_words_octets(const struct bs_encoded_word *word,
    char out[static BS_ENCODED_WORD_MAX + 3])
{
	struct bs_transfer decoder;

	bs_transfer_begin(&decoder, word->encoding);
	return bs_transfer_decode(&decoder, word->payload, word->payload_len,
	    false, out);
}

static void
put_word(struct text *text, const struct bs_encoded_word *word, int charset)
{
	char octets[BS_ENCODED_WORD_MAX + 3];
	char utf8[4];
	size_t len = bs_encoded_words_octets(word, octets);

	for (size_t i = 0; i < len; i++) {
		char c = visible(octets[i]);

		if (charset >= 0)
			put(text, utf8,
			    bs_charset_put_utf8(bs_charset_of_octet(charset, c),
				utf8));
		else
			put(text, &c, 1);
	}
}

size_t
bs_encoded_words_gap(const char *text, size_t len)
{
	size_t i = 0;

	while (i < len && is_space(text[i]))
		i++;
	return i + 1 < len && text[i] == '=' && text[i + 1] == '?' ? i : 0;
}

/* Takes off the beginning of a UTF-8 character whose end did not fit. */
static size_t
whole_len(const char *text, size_t len)
{
	size_t more = 0;

	while (more < 3 && more < len &&
	       ((unsigned char)text[len - 1 - more] & 0xc0) == 0x80)
		more++;
	if (more < len) {
		unsigned char first = (unsigned char)text[len - 1 - more];
		size_t wanted = first >= 0xf0	? 3
				: first >= 0xe0 ? 2
				: first >= 0xc2 ? 1
						: 0;

		if (wanted > more)
			return len - 1 - more;
	}
	return len;
}

static void
decode(const char *text, size_t len, bool takes_all, char *out, size_t size)
{
	struct text into = {out, 0, size};
	struct bs_encoded_word word;
	size_t i = 0;
	char c;

	while (i < len && into.len + 1 < into.size) {
		int charset = BS_CHARSET_UNKNOWN;
		bool is_word = bs_encoded_words_take(text + i, len - i, &word);

		if (is_word)
			charset =
			    bs_charset_find(word.charset, word.charset_len);
		if (is_word && (takes_all || charset != BS_CHARSET_UNKNOWN)) {
			put_word(&into, &word, charset);
			i += word.len;
			i += bs_encoded_words_gap(text + i, len - i);
			continue;
		}
		c = visible(text[i++]);
		put(&into, &c, 1);
	}
	if (i < len)
		into.len = whole_len(out, into.len);
	out[into.len] = '\0';
}

void
bs_encoded_words_read(const char *text, size_t len, char *out, size_t size)
{
	decode(text, len, false, out, size);
}

void
bs_encoded_words_search(const char *text, size_t len, char *out, size_t size)
{
	decode(text, len, true, out, size);
}
