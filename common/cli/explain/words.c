/* Encoded words in every character set that iconv(3) knows; the one file that
 * knows it. The reader of bounces decodes those of one octet a character
 * itself, as it may not take memory. */
#include <errno.h>
#include <iconv.h>
#include <stdbool.h>
#include <string.h>

#include "common/base/ascii.h"
#include "common/cli/explain/words.h"
#include "common/mail/charset.h"
#include "common/mail/encoded_words.h"

#define CHARSET_MAX 40

/* Octets of words that belong together, before they are converted. */
#define RUN_MAX 4096

/* Text that grows at its end, as far as there is room. */
struct text {
	char *at;
	size_t len;
	size_t size; /* its NUL included */
};

static void
put(struct text *text, char c)
{
	if (text->len + 1 < text->size)
		text->at[text->len++] = c;
}

/* Copies the name without the language of RFC 2231 §5. Returns false where it
 * is none: iconv gives '/' a meaning of its own. */
static bool
copy_charset(const struct bs_encoded_word *word, char out[static CHARSET_MAX])
{
	size_t len = 0;

	while (len < word->charset_len && word->charset[len] != '*') {
		char c = word->charset[len];

		if (len + 1 == CHARSET_MAX ||
		    !(bs_ascii_is_alpha(c) || bs_ascii_is_digit(c) ||
			memchr("-_.:", c, 4) != NULL))
			return false;
		out[len++] = c;
	}
	out[len] = '\0';
	return len > 0;
}

/* Whether two words are one text: a character may be cut between them. */
static bool
belongs(const struct bs_encoded_word *one, const struct bs_encoded_word *other)
{
	return one->encoding == other->encoding &&
	       one->charset_len == other->charset_len &&
	       bs_ascii_same(one->charset, other->charset, one->charset_len);
}

/* Converts octets; what is no character of the set becomes '?'. */
static void
convert(iconv_t set, char *octets, size_t len, struct text *out)
{
	char *to = out->at + out->len;
	size_t room = out->size - out->len - 1;

	while (len > 0 && iconv(set, &octets, &len, &to, &room) == (size_t)-1) {
		if (len == 0 || room == 0)
			break;
		*to++ = '?';
		room--;
		octets++;
		len--;
	}
	out->len = (size_t)(to - out->at);
}

/* Takes a word and those behind it that belong to it. Returns the length of all
 * of them, 0 where iconv does not know the set. */
static size_t
take_run(const char *text, size_t len, struct text *out)
{
	struct bs_encoded_word first;
	struct bs_encoded_word word;
	char charset[CHARSET_MAX];
	static char octets[RUN_MAX]; /* too large for a stack */
	size_t used = 0;
	size_t at = 0;
	iconv_t set;

	if (!bs_encoded_words_take(text, len, &first) ||
	    !copy_charset(&first, charset))
		return 0;
	set = iconv_open("UTF-8", charset);
	if (set == (iconv_t)-1)
		return 0;
	while (sizeof(octets) - used >= BS_ENCODED_WORD_MAX + 3 &&
	       bs_encoded_words_take(text + at, len - at, &word) &&
	       belongs(&first, &word)) {
		used += bs_encoded_words_octets(&word, octets + used);
		at += word.len;
		at += bs_encoded_words_gap(text + at, len - at);
	}
	convert(set, octets, used, out);
	(void)iconv_close(set);
	return at;
}

/* Whether an encoded word begins that was cut off before its end. */
static bool
is_cut(const char *text)
{
	const char *encoding;

	if (text[0] != '=' || text[1] != '?' ||
	    (encoding = strchr(text + 2, '?')) == NULL || encoding[1] == '\0' ||
	    encoding[2] != '?')
		return false;
	return strchr("bBqQ", encoding[1]) != NULL &&
	       strchr(text, ' ') == NULL && strstr(encoding + 3, "?=") == NULL;
}

/* Japanese mail of old has its character set's escapes in the plain text. Takes
 * all of it, and returns whether it could. */
static bool
take_escapes(const char *text, size_t len, struct text *out)
{
	char octets[RUN_MAX];
	iconv_t set;

	if (strstr(text, "\x1b$") == NULL || len > sizeof(octets))
		return false;
	set = iconv_open("UTF-8", "ISO-2022-JP");
	if (set == (iconv_t)-1)
		return false;
	memcpy(octets, text, len);
	convert(set, octets, len, out);
	(void)iconv_close(set);
	return true;
}

static bool
is_high(char c)
{
	return (unsigned char)c >= 0x80;
}

/* Whether a text is no UTF-8, but looks like a Western one that nobody encoded:
 * its letters beyond ASCII stand alone, or two at a time. */
static bool
is_western(const char *text, size_t len)
{
	char copy[RUN_MAX];
	char checked[RUN_MAX];
	char *from = copy;
	char *to = checked;
	size_t left = len;
	size_t room = sizeof(checked);
	size_t run = 0;
	iconv_t set;
	bool is_utf8;

	if (len > sizeof(copy) ||
	    (set = iconv_open("UTF-8", "UTF-8")) == (iconv_t)-1)
		return false;
	memcpy(copy, text, len);
	/* a text that was cut may end within a character */
	is_utf8 = iconv(set, &from, &left, &to, &room) != (size_t)-1 ||
		  errno == EINVAL;
	(void)iconv_close(set);
	for (size_t i = 0; i < len && run <= 2; i++)
		run = is_high(text[i]) ? run + 1 : 0;
	return !is_utf8 && run <= 2;
}

static void
take_western(const char *text, size_t len, struct text *out)
{
	static const char name[] = "windows-1252";
	int set = bs_charset_find(name, sizeof(name) - 1);
	char utf8[4];

	for (size_t i = 0; i < len; i++) {
		size_t wide = bs_charset_put_utf8(
		    bs_charset_of_octet(set, text[i]), utf8);

		if (wide >= out->size - out->len)
			return;
		memcpy(out->at + out->len, utf8, wide);
		out->len += wide;
	}
}

void
bs_explain_words(const char *text, char *out, size_t size)
{
	struct text into = {out, 0, size};
	size_t len = strlen(text);

	if (take_escapes(text, len, &into)) {
		len = 0;
	} else if (is_western(text, len)) {
		take_western(text, len, &into);
		len = 0;
	}
	for (size_t at = 0; at < len && into.len + 1 < size;) {
		size_t taken = take_run(text + at, len - at, &into);

		if (taken == 0 && is_cut(text + at))
			break;
		if (taken == 0) {
			put(&into, text[at]);
			taken = 1;
		}
		at += taken;
	}
	out[into.len] = '\0';
	/* a character set may have line ends, and NUL */
	for (size_t i = 0; i < into.len; i++)
		if ((unsigned char)out[i] < 0x20)
			out[i] = ' ';
}
