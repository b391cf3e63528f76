/* What somebody types where a host, a network or a service is asked for. */
#include <stdio.h>
#include <string.h>

#include "common/base/ascii.h"
#include "common/spf/lint/typed.h"

#define SEPARATORS " \t,;\r\n"

bool
bs_spf_typed_next(const char **line, const char **word, size_t *len)
{
	*word = *line + strspn(*line, SEPARATORS);
	*len = strcspn(*word, SEPARATORS);
	*line = *word + *len;
	return *len > 0;
}

static bool
is_word(const char *text, size_t len, const char *word)
{
	return len == strlen(word) && bs_ascii_same(text, word, len);
}

static bool
is_all(const char *text, size_t len)
{
	return is_word(text, len, "all") ||
	       (len == 4 && strchr("+-~?", text[0]) != NULL &&
		   is_word(text + 1, 3, "all"));
}

/* Takes marks off that stand around a word. */
static void
strip(const char **text, size_t *len)
{
	while (*len > 0 && strchr("\"'`<([", **text) != NULL) {
		(*text)++;
		(*len)--;
	}
	while (*len > 0 && strchr("\"'`>)].", (*text)[*len - 1]) != NULL)
		(*len)--;
}

static const char *
find(const char *text, size_t len, const char *what)
{
	return memmem(text, len, what, strlen(what));
}

/* Leaves the host of a URL. Returns whether it was one. */
static bool
strip_url(const char **text, size_t *len)
{
	const char *scheme = find(*text, *len, "://");
	size_t n = 0;

	if (scheme == NULL)
		return false;
	*len -= (size_t)(scheme + 3 - *text);
	*text = scheme + 3;
	if (*len > 0 && **text == '[') {
		while (n < *len && (*text)[n] != ']')
			n++;
	} else {
		while (n < *len && strchr("/:?#", (*text)[n]) == NULL)
			n++;
	}
	*len = n;
	strip(text, len);
	return true;
}

enum bs_spf_typed
bs_spf_typed_plain(const char *word, size_t len, bool is_record, char *out,
    size_t size)
{
	enum bs_spf_typed what = BS_SPF_TYPED_PLAIN;
	const char *at;

	strip(&word, &len);
	if (len == 0 || is_word(word, len, "v=spf1") ||
	    (is_record && is_all(word, len)))
		what = BS_SPF_TYPED_IGNORED;
	else if (strip_url(&word, &len))
		what = BS_SPF_TYPED_URL;
	else if (len > 7 && bs_ascii_same(word, "mailto:", 7)) {
		word += 7;
		len -= 7;
	}
	at = memchr(word, '@', len);
	if (what != BS_SPF_TYPED_IGNORED && at != NULL) {
		len -= (size_t)(at + 1 - word);
		word = at + 1;
		what = BS_SPF_TYPED_MAILBOX;
	}
	snprintf(out, size, "%.*s", len < size ? (int)len : (int)size - 1,
	    word);
	return what;
}

bool
bs_spf_typed_is_record(const char *line)
{
	line += strspn(line, " \t\"'");
	return strlen(line) >= 6 && bs_ascii_same(line, "v=spf1", 6) &&
	       (line[6] == '\0' || line[6] == ' ' || line[6] == '"');
}

char
bs_spf_typed_agrees(const char *answer)
{
	static const char *const yes[] = {"y", "yes", "j", "ja", "oui", "si",
	    "mine"};
	static const char *const no[] = {"n", "no", "nein", "non", "none",
	    "nothing", "-"};
	size_t len = strlen(answer);

	while (len > 0 && strchr(".! ", answer[len - 1]) != NULL)
		len--;
	for (size_t i = 0; i < sizeof(yes) / sizeof(yes[0]); i++)
		if (is_word(answer, len, yes[i]))
			return 'y';
	for (size_t i = 0; i < sizeof(no) / sizeof(no[0]); i++)
		if (is_word(answer, len, no[i]))
			return 'n';
	return '\0';
}
