/* What somebody meant by a term that RFC 7208 does not know. */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "common/base/ascii.h"
#include "common/spf/hint.h"

/* The arguments of "%.*s" for a part of a record. */
#define SHOWN(text, len)                                                       \
	(int)((len) < BS_SPF_HINT_SHOWN ? (len) : BS_SPF_HINT_SHOWN), (text)

/* Names that people and programs write in place of the right ones. */
static const struct {
	const char *name;
	const char *meant;
} typos[] = {
    {"ip", "ip4:"},
    {"ipv4", "ip4:"},
    {"ip-4", "ip4:"},
    {"ipv6", "ip6:"},
    {"ip-6", "ip6:"},
    {"host", "a:"},
    {"mx4", "mx"},
    {"spf", "include:"},
    {"_spf", "include:"},
    {"redirect", "redirect="},
    {"exp", "exp="},
};
#define TYPOS (sizeof(typos) / sizeof(typos[0]))

static const char *const names[] = {
    "include:", "exists:", "redirect=", "ip4:", "ip6:", "all", "ptr"};
#define NAMES (sizeof(names) / sizeof(names[0]))

/* Octets that word processors and web pages put into records. */
static const struct {
	const char *octets;
	const char *what;
} smart[] = {
    {"\xe2\x80\x9c", "a typographic quote: a record holds no quotes, take it "
		     "out"},
    {"\xe2\x80\x9d", "a typographic quote: a record holds no quotes, take it "
		     "out"},
    {"\xe2\x80\x98", "a typographic quote: a record holds no quotes, take it "
		     "out"},
    {"\xe2\x80\x99", "a typographic quote: a record holds no quotes, take it "
		     "out"},
    {"\xe2\x80\x90", "a hyphen of a word processor: type a plain -"},
    {"\xe2\x80\x91", "a hyphen of a word processor: type a plain -"},
    {"\xe2\x80\x92", "a dash of a word processor: type a plain -"},
    {"\xe2\x80\x93", "a long dash of a word processor: type a plain -"},
    {"\xe2\x80\x94", "a long dash of a word processor: type a plain -"},
    {"\xe2\x80\x95", "a long dash of a word processor: type a plain -"},
    {"\xef\xbc\x8d", "a wide hyphen: type a plain -"},
    {"\xe2\x88\x92", "a minus sign of a word processor: type a plain -"},
    {"\xe2\x80\x8b", "an invisible space (U+200B): take it out"},
    {"\xef\xbb\xbf", "an invisible mark (U+FEFF): take it out"},
    {"\xc2\xa0", "a no-break space: type a plain one"},
};
#define SMART (sizeof(smart) / sizeof(smart[0]))

void
bs_spf_hint_octet(const char *text, size_t len, char out[static BS_SPF_HINT])
{
	for (size_t i = 0; i < SMART; i++) {
		size_t octets = strlen(smart[i].octets);

		if (len >= octets &&
		    memcmp(text, smart[i].octets, octets) == 0) {
			snprintf(out, BS_SPF_HINT, "this is %s", smart[i].what);
			return;
		}
	}
	if (text[0] == '\t')
		snprintf(out, BS_SPF_HINT,
		    "a tab does not part terms: write a space");
	else
		snprintf(out, BS_SPF_HINT,
		    "octet 0x%02x is not printable ASCII; a name with other "
		    "letters is written as xn--...",
		    (unsigned char)text[0]);
}

/* Whether a term begins here that nobody writes within another. */
bool
bs_spf_hint_begins_term(const char *text, size_t len)
{
	static const char *const beginnings[] = {
	    "include:", "ip4:", "ip6:", "exists:", "redirect=", "exp="};
	bool sign = len > 0 && strchr("+-~?", text[0]) != NULL;

	text += sign;
	len -= sign;
	if (sign && len == 3 && bs_ascii_same(text, "all", 3))
		return true;
	return bs_ascii_begins_one(text, len, beginnings,
	    sizeof(beginnings) / sizeof(beginnings[0]));
}

static bool
may_end_term(char c)
{
	return bs_ascii_is_alpha(c) || bs_ascii_is_digit(c) || c == '.' ||
	       c == ':' || c == '}';
}

/* The place in a term at which another one is written without a space or with
 * something else before it; 0 for none. Braces of macros hold any octet. */
static size_t
find_second(const char *text, size_t len, bool *is_comma)
{
	bool in_macro = false;

	for (size_t i = 0; i < len; i++) {
		in_macro = text[i] == '{' || (in_macro && text[i] != '}');
		if (i == 0 || in_macro)
			continue;
		*is_comma = text[i] == ',' || text[i] == ';';
		if (*is_comma)
			return i;
		if (may_end_term(text[i - 1]) &&
		    bs_spf_hint_begins_term(text + i, len - i))
			return i;
	}
	return 0;
}

size_t
bs_spf_hint_joined(const char *text, size_t len, char out[static BS_SPF_HINT])
{
	bool is_comma = false;
	size_t sign = len > 0 && strchr("+-~?", text[0]) != NULL;
	size_t at = find_second(text + sign, len - sign, &is_comma);
	const char *what =
	    at > 0 && text[sign + at] == ',' ? "comma" : "semicolon";

	if (at == 0)
		return 0;
	at += sign;
	if (is_comma && at + 1 < len && bs_ascii_is_digit(text[at + 1]))
		snprintf(out, BS_SPF_HINT,
		    "terms are parted by spaces, and each address has an ip4: "
		    "or ip6: of its own");
	else if (is_comma && at + 1 < len)
		snprintf(out, BS_SPF_HINT,
		    "terms are parted by spaces alone: write a space in the "
		    "place of the %s",
		    what);
	else if (is_comma)
		snprintf(out, BS_SPF_HINT,
		    "terms are parted by spaces alone: take the %s out", what);
	else
		snprintf(out, BS_SPF_HINT, "a space is missing before %.*s",
		    SHOWN(text + at, len - at));
	return at;
}

/* Whether a and b differ by one letter added, left out or changed, or by two
 * that are swapped. */
static bool
is_near(const char *a, size_t a_len, const char *b, size_t b_len)
{
	size_t same = 0;
	size_t tail = 0;

	while (
	    same < a_len && same < b_len && bs_ascii_lower(a[same]) == b[same])
		same++;
	while (tail < a_len - same && tail < b_len - same &&
	       bs_ascii_lower(a[a_len - tail - 1]) == b[b_len - tail - 1])
		tail++;
	a_len -= same + tail;
	b_len -= same + tail;
	if (a_len == 2 && b_len == 2)
		return bs_ascii_lower(a[same]) == b[same + 1] &&
		       bs_ascii_lower(a[same + 1]) == b[same];
	return a_len <= 1 && b_len <= 1;
}

/* The mechanism that an unknown name probably means, or NULL. */
static const char *
meant(const char *name, size_t len)
{
	for (size_t i = 0; i < TYPOS; i++)
		if (strlen(typos[i].name) == len &&
		    bs_ascii_same(name, typos[i].name, len))
			return typos[i].meant;
	for (size_t i = 0; len > 2 && i < NAMES; i++)
		if (is_near(name, len, names[i], strcspn(names[i], ":=")))
			return names[i];
	return NULL;
}

/* Whether text is written like an IPv4 address, right or wrong. */
static bool
is_like_ip4(const char *text, size_t len)
{
	unsigned dots = 0;

	for (size_t i = 0; i < len; i++) {
		if (!bs_ascii_is_digit(text[i]) && text[i] != '.')
			return false;
		dots += text[i] == '.';
	}
	return len > 0 && bs_ascii_is_digit(text[0]) && dots == 3;
}

static bool
is_like_ip6(const char *text, size_t len)
{
	unsigned colons = 0;

	for (size_t i = 0; i < len; i++) {
		if (bs_ascii_hex(text[i]) < 0 && text[i] != ':' &&
		    text[i] != '.')
			return false;
		colons += text[i] == ':';
	}
	return colons > 1;
}

static size_t
until(const char *text, size_t len, const char *stops)
{
	size_t n = 0;

	while (n < len && strchr(stops, text[n]) == NULL)
		n++;
	return n;
}

/* "all" with something behind it, "ptr/24" ... */
static bool
hint_known(const char *name, size_t n, const char *rest, size_t len,
    char out[static BS_SPF_HINT])
{
	if (n == 3 && bs_ascii_same(name, "all", 3))
		snprintf(out, BS_SPF_HINT,
		    "all takes nothing behind it: take "
		    "%.*s away",
		    SHOWN(rest, len));
	else if (n == 3 && bs_ascii_same(name, "ptr", 3))
		snprintf(out, BS_SPF_HINT,
		    "ptr takes no network length: take "
		    "%.*s away",
		    SHOWN(rest, len));
	else if (n == 3 && bs_ascii_same(name, "ip", 2) &&
		 (name[2] == '4' || name[2] == '6'))
		snprintf(out, BS_SPF_HINT,
		    "ip%c: needs an address right behind it, without a space: "
		    "ip%c:%s",
		    name[2], name[2],
		    name[2] == '4' ? "192.0.2.1" : "2001:db8::1");
	else if ((n == 7 && bs_ascii_same(name, "include", 7)) ||
		 (n == 6 && bs_ascii_same(name, "exists", 6)))
		snprintf(out, BS_SPF_HINT,
		    "%.*s needs a colon and a domain right behind it: "
		    "%.*s:example.org",
		    (int)n, name, (int)n, name);
	else if ((n == 1 && bs_ascii_same(name, "a", 1)) ||
		 (n == 2 && bs_ascii_same(name, "mx", 2)))
		snprintf(out, BS_SPF_HINT,
		    "%.*s cannot be followed by %.*s: write %.*s, "
		    "%.*s:domain, %.*s/24 or %.*s//64",
		    (int)n, name, len < 16 ? (int)len : 16, rest, (int)n, name,
		    (int)n, name, (int)n, name, (int)n, name);
	else
		return false;
	return true;
}

/* A term that does not begin with a name. */
static void
hint_nameless(const char *text, size_t len, char out[static BS_SPF_HINT])
{
	size_t address = until(text, len, "/");

	if (len == 0)
		snprintf(out, BS_SPF_HINT,
		    "a sign stands right before its mechanism: -all, ~all");
	else if (is_like_ip4(text, address))
		snprintf(out, BS_SPF_HINT,
		    "an address needs ip4: before it: ip4:%.*s",
		    SHOWN(text, len));
	else if (is_like_ip6(text, address))
		snprintf(out, BS_SPF_HINT,
		    "an address needs ip6: before it: ip6:%.*s",
		    SHOWN(text, len));
	else if (text[0] == '"')
		snprintf(out, BS_SPF_HINT,
		    "a quote belongs to the zone file, not to the record: "
		    "take it out");
	else if (text[0] == ',' || text[0] == ';')
		snprintf(out, BS_SPF_HINT,
		    "terms are parted by spaces alone: take the %s out",
		    text[0] == ',' ? "comma" : "semicolon");
	else
		snprintf(out, BS_SPF_HINT,
		    "no mechanism or modifier begins like %.*s",
		    SHOWN(text, len));
}

void
bs_spf_hint_term(const char *text, size_t len, char out[static BS_SPF_HINT])
{
	size_t n = 0;
	const char *instead;

	if (len > 0 && strchr("+-~?", text[0]) != NULL) {
		text++;
		len--;
	}
	while (n < len &&
	       (bs_ascii_is_alpha(text[n]) || text[n] == '-' ||
		   text[n] == '_' || (n > 0 && bs_ascii_is_digit(text[n]))))
		n++;
	if (n == 0 || is_like_ip6(text, until(text, len, "/"))) {
		hint_nameless(text, len, out);
		return;
	}
	if (n < len && (text[n] == ',' || text[n] == ';')) {
		snprintf(out, BS_SPF_HINT,
		    "terms are parted by spaces alone: take the %s out",
		    text[n] == ',' ? "comma" : "semicolon");
		return;
	}
	if (hint_known(text, n, text + n, len - n, out))
		return;
	if (n < len && text[n] == '.' && until(text, len, ":/=") == len) {
		snprintf(out, BS_SPF_HINT,
		    "a name is no term by itself: write a:%.*s or "
		    "include:%.*s",
		    len < 30 ? (int)len : 30, text, len < 30 ? (int)len : 30,
		    text);
		return;
	}
	instead = meant(text, n);
	if (instead != NULL)
		snprintf(out, BS_SPF_HINT,
		    "there is no mechanism %.*s: did you mean %s ?",
		    SHOWN(text, n), instead);
	else
		snprintf(out, BS_SPF_HINT,
		    "there is no mechanism %.*s; there are all, include, a, "
		    "mx, ip4, ip6, exists, ptr",
		    SHOWN(text, n));
}

/* Whether it would be written like an address if letters were the digits that
 * they look like. */
static bool
has_letters(const char *text, size_t len, int family)
{
	bool has_letter = false;
	unsigned marks = 0;

	for (size_t i = 0; i < len; i++) {
		bool is_letter = strchr("OoIl", text[i]) != NULL;

		has_letter = has_letter || is_letter;
		marks += text[i] == (family == 4 ? '.' : ':');
		if (!is_letter && text[i] != '.' && text[i] != ':' &&
		    (family == 4 ? !bs_ascii_is_digit(text[i])
				 : bs_ascii_hex(text[i]) < 0))
			return false;
	}
	return has_letter && (family == 4 ? marks == 3 : marks > 1);
}

/* What is wrong with something that looks like an IPv4 address. */
static void
hint_ip4(const char *text, size_t len, char out[static BS_SPF_HINT])
{
	size_t n = until(text, len, "-*,;:");

	if (n < len && (text[n] == '-' || text[n] == '*'))
		snprintf(out, BS_SPF_HINT,
		    "ip4: takes no range: write it as a network, like "
		    "ip4:192.0.2.0/24");
	else if (n < len && (text[n] == ',' || text[n] == ';'))
		snprintf(out, BS_SPF_HINT,
		    "terms are parted by spaces, and each address has an ip4: "
		    "of its own");
	else if (n < len)
		snprintf(out, BS_SPF_HINT,
		    "an address takes no port: take %.*s away",
		    SHOWN(text + n, len - n));
	else if (is_like_ip4(text, len))
		snprintf(out, BS_SPF_HINT,
		    "%.*s is no IPv4 address: four numbers of 0 to 255, "
		    "without leading zeros",
		    SHOWN(text, len));
	else
		snprintf(out, BS_SPF_HINT,
		    "%.*s is no IPv4 address: all four numbers must stand "
		    "there, a network as 192.0.2.0/24",
		    len < 24 ? (int)len : 24, text);
}

void
bs_spf_hint_address(const char *text, size_t len, int family,
    char out[static BS_SPF_HINT])
{
	if (len == 0)
		snprintf(out, BS_SPF_HINT,
		    "ip%d: needs an address right behind it, without a space: "
		    "ip%d:%s",
		    family, family, family == 4 ? "192.0.2.1" : "2001:db8::1");
	else if (memmem(text, len, "%{", 2) != NULL)
		snprintf(out, BS_SPF_HINT,
		    "ip%d: takes no macros, but an address as it is; macros "
		    "stand in exists:%%{ir}.example.org",
		    family);
	else if (has_letters(text, len, family))
		snprintf(out, BS_SPF_HINT,
		    "%.*s has a letter that looks like a digit: write 0 for O, "
		    "1 for I or l",
		    SHOWN(text, len));
	else if (family == 4 && is_like_ip6(text, len))
		snprintf(out, BS_SPF_HINT,
		    "this is no IPv4 address: an IPv6 one is written "
		    "ip6:%.*s",
		    SHOWN(text, len));
	else if (family == 6 && is_like_ip4(text, len))
		snprintf(out, BS_SPF_HINT,
		    "this is an IPv4 address: write ip4:%.*s",
		    SHOWN(text, len));
	else if (family == 4 && bs_ascii_is_digit(text[0]))
		hint_ip4(text, len, out);
	else if (family == 6 && is_like_ip6(text, len))
		snprintf(out, BS_SPF_HINT,
		    "%.*s is no IPv6 address: eight groups, or fewer with one "
		    ":: between",
		    SHOWN(text, len));
	else if (text[0] == '[')
		snprintf(out, BS_SPF_HINT,
		    "an address stands without brackets: ip%d:%s", family,
		    family == 4 ? "192.0.2.1" : "2001:db8::1");
	else
		snprintf(out, BS_SPF_HINT,
		    "ip%d: takes an address; a host's name stands in a:%.*s",
		    family, SHOWN(text, len));
}

void
bs_spf_hint_domain(const char *text, size_t len, const char *of,
    char out[static BS_SPF_HINT])
{
	size_t n = until(text, len, "/");

	if (len == 0)
		snprintf(out, BS_SPF_HINT,
		    "%s needs a domain right behind it, without a space: "
		    "%sexample.org",
		    of, of);
	else if (is_like_ip4(text, n))
		snprintf(out, BS_SPF_HINT,
		    "an address does not stand in %s: write ip4:%.*s", of,
		    SHOWN(text, len));
	else if (is_like_ip6(text, n))
		snprintf(out, BS_SPF_HINT,
		    "an address does not stand in %s: write ip6:%.*s", of,
		    SHOWN(text, len));
	else if (n + 1 < len && bs_ascii_is_digit(text[n + 1]))
		snprintf(out, BS_SPF_HINT,
		    "%s takes no network length here: take %.*s away", of,
		    SHOWN(text + n, len - n));
	else if (text[len - 1] == ',' || text[len - 1] == ';')
		snprintf(out, BS_SPF_HINT,
		    "terms are parted by spaces alone: take the %s out",
		    text[len - 1] == ',' ? "comma" : "semicolon");
	else if (until(text, len, ":") < len)
		snprintf(out, BS_SPF_HINT,
		    "%.*s is no domain: a name takes no port and no scheme",
		    SHOWN(text, len));
	else if (until(text, len, ".%") == len ||
		 until(text, len, ".%") == len - 1)
		snprintf(out, BS_SPF_HINT,
		    "%.*s is no full name: it needs a dot, like "
		    "mail.example.org",
		    SHOWN(text, len));
	else
		snprintf(out, BS_SPF_HINT,
		    "%.*s does not end as a domain does: in .org, .net ... or "
		    "a macro",
		    SHOWN(text, len));
}

void
bs_spf_hint_macro(const char *text, size_t len, char out[static BS_SPF_HINT])
{
	char letter = '\0';

	if (len > 2 && text[1] == '{')
		letter = bs_ascii_lower(text[2]);
	if (letter != '\0' && strchr("crt", letter) != NULL)
		snprintf(out, BS_SPF_HINT,
		    "%%{c}, %%{r} and %%{t} stand in explanations only");
	else if (letter != '\0' && strchr("slodipvh", letter) == NULL)
		snprintf(out, BS_SPF_HINT,
		    "there is no macro %%{%c}: the letters are s, l, o, d, i, "
		    "p, v and h",
		    letter);
	else if (letter != '\0')
		snprintf(out, BS_SPF_HINT,
		    "the macro %.*s is not well formed: a letter, 1 to 128, r, "
		    "delimiters of .-+,/_=, and }",
		    len < 20 ? (int)len : 20, text);
	else
		snprintf(out, BS_SPF_HINT,
		    "a macro is %%{s}, %%{d} and the like; a single %% is "
		    "written %%%%");
}

void
bs_spf_hint_prefix(const char *text, size_t len, unsigned max,
    char out[static BS_SPF_HINT])
{
	if (len == 0)
		snprintf(out, BS_SPF_HINT,
		    "a number must follow the slash: /0 to /%u", max);
	else if (text[0] == '/')
		snprintf(out, BS_SPF_HINT,
		    "one slash stands before the length of an address's "
		    "network: /0 to /%u",
		    max);
	else if (text[0] == '0' && len > 1 && bs_ascii_is_digit(text[1]))
		snprintf(out, BS_SPF_HINT,
		    "a network length has no leading zeros: /0 to /%u", max);
	else
		snprintf(out, BS_SPF_HINT,
		    "/%.*s is no network length here: /0 to /%u",
		    SHOWN(text, len), max);
}
