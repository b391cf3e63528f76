/* The client that a Received field names (RFC 5321 §4.4). */
#include <arpa/inet.h>
#include <string.h>

#include "common/base/ascii.h"
#include "common/bounce/received.h"

/* Octets of an address that can be looked at. */
#define CLIENT_MAX 64

/* Copies an IP address, the "IPv6:" of a literal cut off. Returns false for
 * anything else. */
static bool
take_ip(const char *text, size_t len, char *out, size_t size)
{
	static const char tag[] = "IPv6:";
	unsigned char binary[16];

	if (len > sizeof(tag) - 1 &&
	    bs_ascii_same(text, tag, sizeof(tag) - 1)) {
		text += sizeof(tag) - 1;
		len -= sizeof(tag) - 1;
	}
	if (len < 2 || len >= CLIENT_MAX || len >= size ||
	    memchr(text, '\0', len) != NULL)
		return false;
	memcpy(out, text, len);
	out[len] = '\0';
	return inet_pton(AF_INET, out, binary) == 1 ||
	       inet_pton(AF_INET6, out, binary) == 1;
}

static bool
is_ip_octet(char c)
{
	return bs_ascii_hex(c) >= 0 || c == '.' || c == ':' || c == 'I' ||
	       c == 'P' || c == 'v' || c == 'i' || c == 'p';
}

/* Whether the client itself claims it: "HELO x", "helo=x". */
static bool
is_claimed(const char *text, size_t at)
{
	if (at > 0 && text[at - 1] == '[')
		at--;
	return at >= 5 && (text[at - 1] == ' ' || text[at - 1] == '=') &&
	       (bs_ascii_same(text + at - 5, "helo", 4) ||
		   bs_ascii_same(text + at - 5, "ehlo", 4));
}

/* Whether text[start..end) is a word by itself; an address literal stands in
 * brackets. */
static bool
stands(const char *text, size_t len, size_t start, size_t end, bool literal)
{
	char before = (char)(start == 0 ? ' ' : text[start - 1]);
	char after = (char)(end == len ? ' ' : text[end]);

	if (literal)
		return before == '[' && after == ']';
	return strchr(" (", before) != NULL && strchr(" ):,;", after) != NULL;
}

/* The first address in text, of those in or out of parentheses. */
static bool
find_ip(const char *text, size_t len, bool inside, bool literal, char *out,
    size_t size)
{
	unsigned depth = 0;
	size_t start;

	for (size_t i = 0; i < len;) {
		if (text[i] == '(')
			depth++;
		else if (text[i] == ')' && depth > 0)
			depth--;
		for (start = i; i < len && is_ip_octet(text[i]);)
			i++;
		if (i == start) {
			i++;
			continue;
		}
		if ((depth > 0) == inside &&
		    stands(text, len, start, i, literal) &&
		    !is_claimed(text, start) &&
		    take_ip(text + start, i - start, out, size))
			return true;
	}
	return false;
}

/* Where " by " begins: behind it, nothing is about the client. */
static size_t
from_len(const char *value, size_t len)
{
	for (size_t i = 0; i + 4 <= len; i++)
		if ((value[i] == ' ' || value[i] == ')') &&
		    bs_ascii_same(value + i + 1, "by ", 3))
			return i;
	return len;
}

bool
bs_received_client(const char *value, size_t len, char *out, size_t size)
{
	if (len < 5 || !bs_ascii_same(value, "from ", 5))
		return false;
	len = from_len(value, len);
	/* in parentheses stands what the server saw for itself */
	return find_ip(value, len, true, true, out, size) ||
	       find_ip(value, len, false, true, out, size) ||
	       find_ip(value, len, true, false, out, size) ||
	       find_ip(value, len, false, false, out, size);
}
