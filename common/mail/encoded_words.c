/* Encoded words of header fields (RFC 2047). */
#include <stdbool.h>
#include <string.h>

#include "common/base/ascii.h"
#include "common/mail/charset.h"
#include "common/mail/encoded_words.h"
#include "common/mail/transfer.h"

/* Octets of an encoded word's payload (RFC 2047 §2 allows 75). */
#define PAYLOAD_MAX 512

/* A word taken apart. */
struct word {
	size_t len; /* all of it, from "=?" to "?=" */
	int charset;
	enum bs_transfer_type encoding;
	const char *payload;
	size_t payload_len;
};

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

/* Reads "=?charset?X?payload?=" at text. */
static bool
read_word(const char *text, size_t len, struct word *out)
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
	if (out->payload_len > PAYLOAD_MAX)
		out->payload_len = PAYLOAD_MAX;
	end = memmem(out->payload, out->payload_len, "?=", 2);
	if (end == NULL)
		return false;
	out->payload_len = (size_t)(end - out->payload);
	out->len = (size_t)(end + 2 - text);
	out->charset = bs_charset_find(text + 2, (size_t)(encoding - text - 2));
	out->encoding = bs_ascii_lower(encoding[1]) == 'b' ? BS_TRANSFER_BASE64
							   : BS_TRANSFER_WORD;
	return true;
}

static void
put_word(struct text *text, const struct word *word)
{
	struct bs_transfer decoder;
	char octets[PAYLOAD_MAX + 3];
	char utf8[4];
	size_t len;

	bs_transfer_begin(&decoder, word->encoding);
	len = bs_transfer_decode(&decoder, word->payload, word->payload_len,
	    false, octets);
	for (size_t i = 0; i < len; i++) {
		char c = visible(octets[i]);

		if (word->charset >= 0)
			put(text, utf8,
			    bs_charset_put_utf8(
				bs_charset_of_octet(word->charset, c), utf8));
		else
			put(text, &c, 1);
	}
}

/* White space between encoded words is none (RFC 2047 §6.2). */
static size_t
gap_len(const char *text, size_t len)
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
	struct word word;
	size_t i = 0;
	char c;

	while (i < len && into.len + 1 < into.size) {
		if (read_word(text + i, len - i, &word) &&
		    (takes_all || word.charset != BS_CHARSET_UNKNOWN)) {
			put_word(&into, &word);
			i += word.len;
			i += gap_len(text + i, len - i);
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
