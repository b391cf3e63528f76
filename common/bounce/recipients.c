/* The recipients that a bounce names, kept in lists. */
#include <stdint.h>
#include <string.h>

#include "common/base/ascii.h"
#include "common/base/backstop.h"
#include "common/bounce/dsn.h"
#include "common/bounce/recipients.h"
#include "common/mail/charset.h"

/* The length of "SMTP=" and the like, with which some hosts begin an address:
 * the name of a protocol, which is no user's. */
static size_t
prefix_len(const char *text, size_t len)
{
	static const char *const names[] = {"smtp", "rfc822", "esmtp", "mailto",
	    "internet", "inet", "utf-8"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		size_t name = strlen(names[i]);

		if (len > name + 1 && bs_ascii_same(text, names[i], name) &&
		    memchr("=:;", text[name], 3) != NULL)
			return name + 1;
	}
	return 0;
}

/* Reads "\x{FC}" at text, as utf-8-addr-xtext writes a character (RFC 6533 §3).
 * Returns its length, or 0. */
static size_t
read_escape(const char *text, size_t len, uint32_t *out)
{
	size_t i = 3;

	*out = 0;
	if (len < 5 || memcmp(text, "\\x{", 3) != 0)
		return 0;
	for (; i < len && i < 9 && bs_ascii_hex(text[i]) >= 0; i++)
		*out = *out * 16 + (uint32_t)bs_ascii_hex(text[i]);
	if (i == 3 || i == len || text[i] != '}' || *out <= 0x20 ||
	    *out > 0x10ffff || (*out >= 0xd800 && *out < 0xe000))
		return 0;
	return i + 1;
}

/* Reads "+40" at text, as xtext writes an octet (RFC 3461 §4). */
static size_t
read_xtext(const char *text, size_t len, uint32_t *out)
{
	if (len < 3 || text[0] != '+' || bs_ascii_hex(text[1]) < 0 ||
	    bs_ascii_hex(text[2]) < 0)
		return 0;
	*out = (uint32_t)(bs_ascii_hex(text[1]) * 16 + bs_ascii_hex(text[2]));
	return *out > 0x20 && *out < 0x7f ? 3 : 0;
}

static size_t
decode(const char *text, size_t len, char *out)
{
	/* "+40" may be a user's own words where the address has its '@' */
	bool is_xtext = memchr(text, '@', len) == NULL;
	size_t used = 0;
	uint32_t c;

	for (size_t i = 0; i < len;) {
		size_t escape = read_escape(text + i, len - i, &c);

		if (escape == 0 && is_xtext)
			escape = read_xtext(text + i, len - i, &c);
		if (escape > 0)
			used += bs_charset_put_utf8(c, out + used);
		else
			out[used++] = text[i];
		i += escape > 0 ? escape : 1;
	}
	return used;
}

void
bs_dsn_recipients_add(struct bs_list *list, const char *text, size_t len)
{
	char address[BS_ADDRESS_MAX];
	size_t prefix = prefix_len(text, len);
	unsigned used = list->used;

	text += prefix;
	len -= prefix;
	if (len == 0 || len >= sizeof(address)) {
		list->truncated |= len > 0;
		return;
	}
	len = decode(text, len, address);
	if (bs_list_add(list, address, len) != 0 ||
	    list->count <= BS_DSN_RECIPIENTS)
		return;
	list->count--;
	list->used = used;
	list->truncated = true;
}
