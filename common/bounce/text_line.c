/* What one line of running text says: whom it names, and what failed. */
#include <string.h>

#include "common/mail/address.h"
#include "common/base/ascii.h"
#include "common/bounce/classify.h"
#include "common/bounce/phrases.h"
#include "common/bounce/recipients.h"
#include "common/bounce/text_line.h"

/* An address in a line. */
struct named {
	size_t at;  /* where it begins in the line, its '<' included */
	size_t end; /* where it ends, its '>' included */
	const char *text;
	size_t len;
};

static bool
is_local_octet(char c)
{
	return bs_ascii_is_alpha(c) || bs_ascii_is_digit(c) ||
	       (unsigned char)c >= 0x80 ||
	       (c != '\0' && strchr("!#$%&*+-/=?^_{}~.'", c) != NULL);
}

static bool
is_domain_octet(char c)
{
	return bs_ascii_is_alpha(c) || bs_ascii_is_digit(c) || c == '-' ||
	       c == '.' || c == '_';
}

/* Takes the address around the '@' at line[at]. */
static bool
around(const char *line, size_t len, size_t at, struct named *out)
{
	size_t start = at;
	size_t end = at + 1;

	if (start > 0 && line[start - 1] == '"') {
		for (start--; start > 0 && line[start - 1] != '"'; start--)
			;
		if (start == 0)
			return false;
		start--;
	} else {
		while (start > 0 && is_local_octet(line[start - 1]))
			start--;
	}
	while (end < len && is_domain_octet(line[end]))
		end++;
	while (end > at + 1 && (line[end - 1] == '.' || line[end - 1] == '-'))
		end--;
	while (start < at && (line[start] == '\'' || line[start] == '*'))
		start++;
	out->text = line + start;
	out->len = end - start;
	out->at = start;
	out->end = end;
	if (start > 0 && line[start - 1] == '<')
		out->at--;
	if (end < len && line[end] == '>')
		out->end++;
	return start < at && end > at + 1 && out->len < BS_ADDRESS_MAX;
}

static bool
next_named(const char *line, size_t len, size_t *from, struct named *out)
{
	const char *found;

	while (*from < len) {
		found = memchr(line + *from, '@', len - *from);
		if (found == NULL)
			return false;
		*from = (size_t)(found - line) + 1;
		if (around(line, len, *from - 1, out))
			return true;
	}
	return false;
}

static bool
is_author(const struct bs_dsn *dsn, const struct named *named)
{
	size_t own = strlen(dsn->facts.own_from);

	return own == named->len &&
	       bs_ascii_same(named->text, dsn->facts.own_from, own);
}

/* Whether the address is a mail system's own, and so not one that failed. */
static bool
is_helper(const struct named *named)
{
	struct bs_address address;

	return bs_address_parse(named->text, named->len, &address) != 0 ||
	       bs_address_is_daemon(&address);
}

static void
add(struct bs_list *list, const struct named *named)
{
	bs_dsn_recipients_add(list, named->text, named->len);
}

/* Whether there is nothing but white space and bullets. */
static bool
is_mark(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (text[i] == '\0' || strchr(" \t>*-|\"'[", text[i]) == NULL)
			return false;
	return true;
}

/* Whether a line names its first address as the one that failed, by where it
 * stands: alone, in brackets at the beginning, or before a colon. */
static bool
is_listed(const char *line, size_t len, const struct named *named)
{
	char next = (char)(named->end < len ? line[named->end] : '\0');
	const char *rest;
	size_t rest_len;

	if (!is_mark(line, named->at))
		return false;
	if (line[named->at] == '<')
		return true;
	if (next == '\0' || next == ':' || next == ';' || next == ',')
		return true;
	rest = line + named->end;
	rest_len = len - named->end;
	while (rest_len > 0 && rest[0] == ' ') {
		rest++;
		rest_len--;
	}
	return is_mark(rest, rest_len) || rest[0] == ':' || rest[0] == '(' ||
	       (rest_len > 3 && memcmp(rest, "on ", 3) == 0) ||
	       (rest_len > 3 && memcmp(rest, "...", 3) == 0);
}

/* "(generated from <x>)", "(expanded from: <x>)": Exim, Postfix, Sendmail. */
static bool
is_original(const char *line, const struct named *named)
{
	static const char from[] = " from";
	size_t at = named->at;

	while (at > 0 && (line[at - 1] == ' ' || line[at - 1] == ':'))
		at--;
	return at >= 14 && bs_ascii_same(line + at - 5, from, 5) &&
	       (bs_ascii_same(line + at - 13, "expanded", 8) ||
		   bs_ascii_same(line + at - 14, "generated", 9));
}

/* Whether the words right before an address name it as the one that failed. */
static bool
is_announced(const char *line, const struct named *named)
{
	static const char *const words[] = {"rcpt to:", "recipient:",
	    "recipient", "delivered to:", "delivered to", "mail to",
	    "message to", "attempts:", "addressed to", "sent to",
	    "to:", "address:", "[smtp:", "address", "rfc822;"};
	size_t at = named->at;

	while (at > 0 && (line[at - 1] == ' ' || line[at - 1] == '\t' ||
			     line[at - 1] == '<' || line[at - 1] == '"'))
		at--;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		size_t len = strlen(words[i]);

		if (at >= len && bs_ascii_same(line + at - len, words[i], len))
			return true;
	}
	return false;
}

static void
take_addresses(struct bs_dsn *dsn, const char *line, size_t len)
{
	struct bs_dsn_hints *hints = &dsn->hints;
	struct named named;
	size_t from = 0;
	bool first = true;

	while (next_named(line, len, &from, &named)) {
		bool is_own = is_author(dsn, &named);
		bool helper = is_own || is_helper(&named);

		if (is_original(line, &named))
			add(&hints->originals, &named);
		else if (first && !is_own && is_listed(line, len, &named))
			add(&hints->recipients, &named);
		else if (!helper && is_announced(line, &named))
			add(&hints->recipients, &named);
		else if (!helper && (hints->address[0] == '\0')) {
			memcpy(hints->address, named.text, named.len);
			hints->address[named.len] = '\0';
		}
		first = false;
	}
}

/* The length of the enhanced status code (RFC 3463 §2) at line[at], 0 where
 * there is none. */
static size_t
status_len(const char *line, size_t len, size_t at)
{
	size_t i = at + 1;

	if (at > 0 && (bs_ascii_is_digit(line[at - 1]) || line[at - 1] == '.'))
		return 0;
	if (line[at] != '2' && line[at] != '4' && line[at] != '5')
		return 0;
	for (unsigned dots = 0; dots < 2; dots++) {
		size_t start;

		if (i >= len || line[i] != '.')
			return 0;
		for (start = ++i;
		     i < len && i - start < 4 && bs_ascii_is_digit(line[i]);)
			i++;
		if (i == start || i - start > 3)
			return 0;
	}
	if (i < len &&
	    (line[i] == '.' && i + 1 < len && bs_ascii_is_digit(line[i + 1])))
		return 0;
	return i - at;
}

/* Whether there is a reply code that refuses (RFC 5321 §4.2) at line[at]. */
static bool
is_reply(const char *line, size_t len, size_t at)
{
	if (at + 3 > len || (line[at] != '4' && line[at] != '5') ||
	    line[at + 1] > '5' || !bs_ascii_is_digit(line[at + 1]) ||
	    !bs_ascii_is_digit(line[at + 2]))
		return false;
	if (at > 0 && strchr(" \t:'\"(<[", line[at - 1]) == NULL)
		return false;
	return at + 3 < len && (line[at + 3] == ' ' || line[at + 3] == '-');
}

static void
take_status(struct bs_dsn_hints *hints, const char *line, size_t len)
{
	bool refuses = false;

	for (size_t i = 0; i < len; i++) {
		size_t code = status_len(line, len, i);

		refuses |= is_reply(line, len, i);
		if (code == 0 || code >= sizeof(hints->status))
			continue;
		refuses = true;
		if (hints->status[0] == '\0') {
			memcpy(hints->status, line + i, code);
			hints->status[code] = '\0';
		}
		break;
	}
	if (!refuses || hints->diagnostic[0] != '\0')
		return;
	while (len > 0 && (line[0] == ' ' || line[0] == '\t')) {
		line++;
		len--;
	}
	if (len >= sizeof(hints->diagnostic))
		len = sizeof(hints->diagnostic) - 1;
	memcpy(hints->diagnostic, line, len);
	hints->diagnostic[len] = '\0';
}

void
bs_dsn_text_line_read(struct bs_dsn *dsn, const char *line, size_t len,
    const char *folded)
{
	struct bs_dsn_hints *hints = &dsn->hints;

	if (hints->failures < BS_DSN_FAILURES &&
	    bs_phrases_tell_failure(folded))
		hints->failures++;
	if (bs_phrases_are_banner(folded)) {
		hints->banner = true;
		hints->known_banner = true;
		return;
	}
	if (!hints->banner && bs_phrases_are_like_banner(folded))
		hints->banner = true;
	if (hints->known_banner || bs_dsn_is_quiet(dsn))
		return;
	if (memchr(line, '@', len) != NULL)
		take_addresses(dsn, line, len);
	take_status(hints, line, len);
}
