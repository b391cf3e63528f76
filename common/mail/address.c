/* Addresses of the envelope (RFC 5321): read, written, compared. */
#include <errno.h>
#include <string.h>

#include "common/mail/address.h"
#include "common/base/ascii.h"

/* The specials of RFC 5322 §3.2.3 but for the dot: none stands in a
 * dot-atom. */
static const char specials[] = "()<>[]:;@\\,\"";

static bool
is_eightbit(char c)
{
	return (unsigned char)c >= 0x80;
}

static bool
is_local_octet(char c)
{
	if ((unsigned char)c <= 0x20 || c == 0x7f)
		return false;
	return memchr(specials, c, sizeof(specials) - 1) == NULL;
}

static bool
is_domain_octet(char c)
{
	return bs_ascii_is_alpha(c) || bs_ascii_is_digit(c) || c == '-' ||
	       c == '.' || c == '_' || is_eightbit(c);
}

/* The length of the quoted string at text, its quotes included; 0 if it does
 * not end or holds a control. */
static size_t
quoted_len(const char *text, size_t len)
{
	for (size_t i = 1; i < len; i++) {
		if ((unsigned char)text[i] < 0x20 || text[i] == 0x7f)
			return 0;
		if (text[i] == '"')
			return i + 1;
		if (text[i] == '\\' && ++i < len &&
		    ((unsigned char)text[i] < 0x20 || text[i] == 0x7f))
			return 0;
	}
	return 0;
}

static size_t
local_len(const char *text, size_t len)
{
	size_t i = 0;

	if (len > 0 && text[0] == '"')
		return quoted_len(text, len);
	while (i < len && is_local_octet(text[i]))
		i++;
	return i;
}

static bool
is_domain(const char *text, size_t len)
{
	bool literal = len > 2 && text[0] == '[' && text[len - 1] == ']';

	if (len == 0 || len > 255)
		return false;
	if (literal) {
		text++;
		len -= 2;
	}
	for (size_t i = 0; i < len; i++)
		if (!is_domain_octet(text[i]) && !(literal && text[i] == ':'))
			return false;
	return true;
}

/* Takes quotes off that are not needed: "alice"@d is the same mailbox as
 * alice@d (RFC 5321 §4.1.2). */
static void
unquote(struct bs_address *address)
{
	const char *inner = address->local + 1;
	size_t len = address->local_len - 2;
	bool after_dot = true;

	for (size_t i = 0; i < len; i++) {
		if (inner[i] == '.' ? after_dot : !is_local_octet(inner[i]))
			break;
		after_dot = inner[i] == '.';
		if (i + 1 == len && !after_dot) {
			address->local = inner;
			address->local_len = len;
			return;
		}
	}
	address->flags |= BS_ADDRESS_QUOTED;
}

/* Skips "@relay,@relay:" (RFC 5321 appendix C). Returns its length, or -1 for
 * a route without an end. */
static int
route_len(const char *text, size_t len)
{
	const char *colon;

	if (len == 0 || text[0] != '@')
		return 0;
	colon = memchr(text, ':', len);
	return colon == NULL ? -1 : (int)(colon - text) + 1;
}

int
bs_address_parse(const char *text, size_t len, struct bs_address *out)
{
	int route;

	if (len >= 2 && text[0] == '<' && text[len - 1] == '>') {
		text++;
		len -= 2;
	}
	if (len == 0)
		return BS_ADDRESS_NULL;
	if (len >= BS_ADDRESS_MAX)
		return -EMSGSIZE;
	memset(out, 0, sizeof(*out));
	if ((route = route_len(text, len)) < 0)
		return -EINVAL;
	if (route > 0)
		out->flags |= BS_ADDRESS_ROUTED;
	text += route;
	len -= (size_t)route;

	out->local = text;
	out->local_len = local_len(text, len);
	if (out->local_len == 0 || out->local_len > 255)
		return -EINVAL;
	for (size_t i = 0; i < len; i++)
		if (is_eightbit(text[i]))
			out->flags |= BS_ADDRESS_EIGHTBIT;
	if (out->local_len == len) {
		out->domain = text + len;
		out->flags |= BS_ADDRESS_NO_DOMAIN;
	} else if (text[out->local_len] == '@') {
		out->domain = text + out->local_len + 1;
		out->domain_len = len - out->local_len - 1;
		if (!is_domain(out->domain, out->domain_len))
			return -EINVAL;
	} else {
		return -EINVAL;
	}
	if (text[0] == '"')
		unquote(out);
	return 0;
}

int
bs_address_write(const struct bs_address *address, char *out, size_t size)
{
	size_t at = address->local_len;
	bool has_domain = !(address->flags & BS_ADDRESS_NO_DOMAIN);

	if (size == 0 || at + address->domain_len + 1 >= size)
		return -EMSGSIZE;
	memcpy(out, address->local, at);
	if (has_domain) {
		out[at++] = '@';
		memcpy(out + at, address->domain, address->domain_len);
		at += address->domain_len;
	}
	out[at] = '\0';
	return 0;
}

int
bs_address_canonical(const struct bs_address *address, char *out, size_t size)
{
	int rc;

	if ((rc = bs_address_write(address, out, size)) != 0)
		return rc;
	for (char *p = out; *p != '\0'; p++)
		*p = bs_ascii_lower(*p);
	return 0;
}

bool
bs_address_is_daemon(const struct bs_address *address)
{
	static const char *const names[] = {
	    "mailer-daemon",
	    "postmaster",
	    "double-bounce",
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (address->local_len == strlen(names[i]) &&
		    bs_ascii_same(address->local, names[i], address->local_len))
			return true;
	return false;
}

bool
bs_address_matches(const char *canonical, const char *pattern)
{
	const char *star = NULL;
	const char *resume = NULL;

	while (*canonical != '\0') {
		if (*pattern == '*') {
			star = pattern++;
			resume = canonical;
		} else if (*pattern == *canonical) {
			pattern++;
			canonical++;
		} else if (star != NULL) {
			pattern = star + 1;
			canonical = ++resume;
		} else {
			return false;
		}
	}
	while (*pattern == '*')
		pattern++;
	return *pattern == '\0';
}
