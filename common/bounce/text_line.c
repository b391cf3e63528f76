/* What one line of running text says: whom it names, and what failed. */
#include <string.h>

#include "common/mail/address.h"
#include "common/base/ascii.h"
#include "common/bounce/classify.h"
#include "common/bounce/foreign.h"
#include "common/bounce/phrases.h"
#include "common/bounce/recipients.h"
#include "common/bounce/status.h"
#include "common/bounce/text_line.h"

/* Addresses of a line that are looked at. */
#define ADDRESSES_MAX 32

/* Letters of a line that says why: "no" is not enough. */
#define REASON_MIN 8

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

/* The address without what stands before the last '=' of its local part: the
 * mark of a signed return path. */
static void
skip_mark(const char **text, size_t *len)
{
	size_t mark = 0;

	for (size_t i = 0; i < *len && (*text)[i] != '@'; i++)
		if ((*text)[i] == '=')
			mark = i + 1;
	*text += mark;
	*len -= mark;
}

/* Whether the bounce itself is to this address: it is whom we ask for, not who
 * failed. *line gets its place in dsn->own_recipients. */
static bool
is_receiver(const struct bs_dsn *dsn, const struct named *named, size_t *line)
{
	const char *text = named->text;
	size_t len = named->len;

	skip_mark(&text, &len);
	for (*line = 0; dsn->own_recipients[*line] != '\0';) {
		const char *own = dsn->own_recipients + *line;
		size_t line_len = strcspn(own, "\n");
		size_t own_len = line_len;

		skip_mark(&own, &own_len);
		if (own_len == len && bs_ascii_same(own, text, len))
			return true;
		*line += line_len + 1;
	}
	return false;
}

/* Remembers that the bounce's own recipient is named, the clearest time. */
static void
note_receiver(struct bs_dsn_hints *hints, bool is_blamed, size_t line)
{
	if (hints->names_receiver && (hints->blames_receiver || !is_blamed))
		return;
	hints->names_receiver = true;
	hints->blames_receiver = is_blamed;
	hints->receiver = line;
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

/* The length of a reply that refuses at the beginning of a line: "550 5.1.1 ".
 */
static size_t
reply_len(const char *line, size_t len)
{
	size_t at = 0;

	while (at < len && (line[at] == ' ' || line[at] == '\t'))
		at++;
	if (!is_reply(line, len, at))
		return 0;
	at += 4;
	return at + (at < len ? bs_status_len(line, len, at) : 0);
}

/* Whether a line names its first address as the one that failed, by where it
 * stands: alone, in brackets at the beginning, or before a colon. */
static bool
is_listed(const char *line, size_t len, const struct named *named)
{
	char next = (char)(named->end < len ? line[named->end] : '\0');
	const char *rest;
	size_t rest_len;

	size_t reply = reply_len(line, len);

	if (reply > named->at || line[named->at] != '<')
		reply = 0;
	if (!is_mark(line + reply, named->at - reply))
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
	       rest[0] == '[' ||
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
	static const char *const words[] = {
	    "rcpt to:", "recipient:", "recipient",
	    "recipients:", "recipient(s):", "delivered to:", "delivered to",
	    "mail to", "message to", "attempts:", "addressed to", "sent to",
	    "to:", "address:", "addresses:", "address(es):", "[smtp:",
	    "address", "rfc822;", "user:", "user",
	    "users:", "mailbox:", "mailbox",
	    "account:", "empf\xc3\xa4nger:", "empfaenger:", "empf\xc3\xa4nger",
	    "destinataire:", "destinataire",
	    "destinataires:", "destinatario:", "destinatario",
	    "destinatarios:", "destinat\xc3\xa1rio:", "destinat\xc3\xa1rios:",
	    "destinatari:", "ontvanger:", "odbiorca:", "adresat:",
	    /* Russian, Japanese, Chinese */
	    "получатель:", "получателю", "адресат:", "адресату",
	    "адрес:", "宛先:", "宛先：", "宛先", "收件人:", "收件人：",
	    "收件人", "收件人地址:", "收件人地址："};
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

/* Whether nothing but separators of a list stands between two addresses. */
static bool
is_next_in_list(const char *line, size_t end, size_t at)
{
	return at > end && is_mark(line + end + 1, at - end - 1) &&
	       strchr(",; ", line[end]) != NULL;
}

/* How clearly a line names an address as one that failed. */
enum clarity { NOT_AT_ALL, MAYBE, CLEARLY };

static enum clarity
clarity_of(const struct bs_dsn *dsn, const char *line, size_t len,
    const struct named *named, bool is_first, size_t last)
{
	bool is_own = is_author(dsn, named);

	if (is_first && !is_own && is_listed(line, len, named))
		return CLEARLY;
	if (is_own || is_helper(named))
		return NOT_AT_ALL;
	if (is_announced(line, named) ||
	    (last > 0 && is_next_in_list(line, last, named->at)))
		return CLEARLY;
	/* "W32/Netsky.p@MM" is no address */
	return memchr(named->text, '.', named->len) != NULL &&
		       memchr(line + named->at, '/', named->len) == NULL
		   ? MAYBE
		   : NOT_AT_ALL;
}

static void
take_addresses(struct bs_dsn *dsn, const char *line, size_t len)
{
	struct bs_dsn_hints *hints = &dsn->hints;
	struct named named;
	size_t from = 0;
	size_t last = 0; /* where an address of a list of failed ones ended */

	for (unsigned i = 0;
	     i < ADDRESSES_MAX && next_named(line, len, &from, &named); i++) {
		enum clarity clarity =
		    clarity_of(dsn, line, len, &named, i == 0, last);

		size_t own;

		if (is_receiver(dsn, &named, &own)) {
			if (clarity != NOT_AT_ALL)
				note_receiver(hints, clarity == CLEARLY, own);
		} else if (is_original(line, &named)) {
			add(&hints->originals, &named);
		} else if (clarity == CLEARLY) {
			add(&hints->recipients, &named);
			last = named.end;
		} else if (clarity == MAYBE && hints->address[0] == '\0') {
			memcpy(hints->address, named.text, named.len);
			hints->address[named.len] = '\0';
		}
	}
}

/* Adds a piece of the diagnostic, as far as there is room. */
static void
add_diagnostic(struct bs_dsn_hints *hints, const char *text, size_t len)
{
	size_t used = strlen(hints->diagnostic);

	while (len > 0 && (text[0] == ' ' || text[0] == '\t')) {
		text++;
		len--;
	}
	if (used > 0 && used + 1 < sizeof(hints->diagnostic))
		hints->diagnostic[used++] = ' ';
	if (len >= sizeof(hints->diagnostic) - used)
		len = sizeof(hints->diagnostic) - used - 1;
	memcpy(hints->diagnostic + used, text, len);
	hints->diagnostic[used + len] = '\0';
}

/* The line at hand, from 1. */
static unsigned
line_number(const struct bs_dsn_hints *hints)
{
	return hints->lines + 1;
}

/* Whether a line is an address and nothing else: "<bob@example.net>:". */
static bool
is_address_alone(const char *line, size_t len)
{
	struct named named;
	size_t from = 0;

	return next_named(line, len, &from, &named) &&
	       is_mark(line, named.at) &&
	       strspn(line + named.end, ":. \t") == len - named.end;
}

/* A reply may go on in indented lines. */
static void
go_on_with_diagnostic(struct bs_dsn_hints *hints, const char *line, size_t len)
{
	if (hints->diagnostic_line == 0 ||
	    hints->diagnostic_line + 1 != line_number(hints) ||
	    (line[0] != ' ' && line[0] != '\t') || is_address_alone(line, len))
		return;
	add_diagnostic(hints, line, len);
	hints->diagnostic_line = line_number(hints);
}

/* Whether a line is words: more than a name, a number or a setting. */
static bool
is_words(const char *line, size_t len)
{
	size_t letters = 0;
	bool has_space = false;

	for (size_t i = 0; i < len; i++) {
		letters += bs_ascii_is_alpha(line[i]) ||
			   (unsigned char)line[i] >= 0x80;
		has_space |= line[i] == ' ' && letters > 0;
	}
	return has_space && letters >= REASON_MIN;
}

/* "(generated from x)", "(expanded from x)": whom the address came from. */
static bool
is_source(const char *line, size_t len)
{
	struct named named;
	size_t from = 0;

	return next_named(line, len, &from, &named) &&
	       is_original(line, &named);
}

static void
take_words(struct bs_dsn_hints *hints, const char *line, size_t len)
{
	hints->reason_is_due = false;
	if (hints->diagnostic[0] != '\0' || !is_words(line, len))
		return;
	add_diagnostic(hints, line, len);
	hints->diagnostic_line = line_number(hints);
	hints->diagnostic_is_words = true;
}

/* "For the following reason:" */
static bool
announces_reason(const char *folded)
{
	static const char *const words[] = {"following reason",
	    "technical details of", "the response was", "the error was"};
	size_t len = strlen(folded);

	if (len == 0 ||
	    (folded[len - 1] != ':' &&
		(len < 2 || memcmp(folded + len - 2, ": ", 2) != 0)))
		return false;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strstr(folded, words[i]) != NULL)
			return true;
	return false;
}

/* Exim and qmail write why a recipient failed in the line after the address,
 * others behind words that say so. What a host replied says more, and may stand
 * further down. */
static void
take_reason(struct bs_dsn_hints *hints, const char *line, size_t len,
    const char *folded)
{
	const char *colon = memchr(line, ':', len);
	bool is_next = hints->address_line > 0 &&
		       hints->address_line + 1 == line_number(hints);

	folded += folded[0] == ' ';
	if (is_next && is_source(line, len)) {
		hints->address_line = line_number(hints);
	} else if (strncmp(folded, "reason:", 7) == 0 && colon != NULL) {
		colon++;
		take_words(hints, colon, len - (size_t)(colon - line));
	} else if (announces_reason(folded)) {
		hints->reason_is_due = true;
	} else if (is_next || hints->reason_is_due) {
		take_words(hints, line, len);
	}
}

/* Takes the addresses of a line, and notes where one that failed stands alone.
 */
static void
take_names(struct bs_dsn *dsn, const char *line, size_t len, const char *folded)
{
	struct bs_dsn_hints *hints = &dsn->hints;
	unsigned before = hints->recipients.count;

	if (memchr(line, '@', len) != NULL)
		take_addresses(dsn, line, len);
	if ((hints->recipients.count > before || hints->blames_receiver) &&
	    is_address_alone(line, len))
		hints->address_line = line_number(hints);
	else
		take_reason(hints, line, len, folded);
}

/* Exchange names the code where it links to help, which is no reply. */
static bool
is_help(const char *line, size_t len)
{
	static const char words[] = "see DSN ";

	return memmem(line, len, words, sizeof(words) - 1) != NULL;
}

static void
take_status(struct bs_dsn_hints *hints, const char *line, size_t len)
{
	bool refuses = false;
	size_t first = len;

	for (size_t i = 0; i < len; i++) {
		size_t code = bs_status_len(line, len, i);

		refuses |= is_reply(line, len, i);
		if (refuses && first == len)
			first = i;
		if (code == 0 || code >= sizeof(hints->status))
			continue;
		if (!refuses)
			first = i;
		refuses = true;
		if (hints->status[0] == '\0') {
			memcpy(hints->status, line + i, code);
			hints->status[code] = '\0';
		}
		break;
	}
	if (!refuses || is_help(line, len))
		return;
	if (hints->diagnostic[0] != '\0') {
		if (!hints->diagnostic_is_words)
			return;
		hints->diagnostic[0] = '\0';
		hints->diagnostic_is_words = false;
	}
	/* of a long sentence the reply itself counts */
	if (len < sizeof(hints->diagnostic))
		first = 0;
	add_diagnostic(hints, line + first, len - first);
	hints->diagnostic_line = line_number(hints);
}

/* "<bob@example.net>: host mx.example.net said: ..." */
static bool
is_verdict(const char *line, size_t len)
{
	struct named named;
	size_t from = 0;

	return next_named(line, len, &from, &named) && line[named.at] == '<' &&
	       is_mark(line, named.at) && len > named.end + 4 &&
	       line[named.end - 1] == '>' && line[named.end] == ':';
}

void
bs_dsn_text_line_read(struct bs_dsn *dsn, const char *line, size_t len,
    const char *folded)
{
	struct bs_dsn_hints *hints = &dsn->hints;

	if (hints->failures < BS_DSN_FAILURES &&
	    (bs_phrases_tell_failure(folded) ||
		bs_foreign_tells_failure(line, len)))
		hints->failures++;
	if (bs_phrases_are_banner(folded) || bs_foreign_is_banner(line, len)) {
		hints->banner = true;
		hints->known_banner = true;
		return;
	}
	if (!hints->banner && bs_phrases_are_like_banner(folded))
		hints->banner = true;
	/* a recipient and a reason: the banner was a sentence of the notice */
	if (hints->known_banner && is_verdict(line, len)) {
		hints->banner = false;
		hints->known_banner = false;
	}
	if (hints->known_banner || bs_dsn_is_quiet(dsn))
		return;
	go_on_with_diagnostic(hints, line, len);
	take_names(dsn, line, len, folded);
	take_status(hints, line, len);
}
