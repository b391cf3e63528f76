/* Makes XML that can be read of what senders call XML, piece by piece.
 *
 * All that matters in a report is ASCII. A wrong encoding in the name of the
 * reporter, a bare '&' or an entity of HTML there would cost the whole report,
 * as a parser of XML must stop at them. */
#include <string.h>

#include "common/base/ascii.h"
#include "common/reports/scrub.h"

static size_t
put(char *out, size_t at, uint8_t octet)
{
	out[at] = (char)octet;
	return at + 1;
}

static bool
is_named(const struct bs_scrub *scrub, const char *name)
{
	return scrub->held_len == strlen(name) + 1 &&
	       memcmp(scrub->held + 1, name, scrub->held_len - 1) == 0;
}

/* The character of a reference by number that is ASCII and no markup; else
 * '?'. */
static uint8_t
number_of(const struct bs_scrub *scrub)
{
	bool is_hex = scrub->held_len > 2 && scrub->held[2] == 'x';
	unsigned value = 0;

	for (size_t i = is_hex ? 3 : 2; i < scrub->held_len; i++) {
		int digit = bs_ascii_hex((char)scrub->held[i]);

		if (digit < 0 || (!is_hex && digit > 9) || value > 0xff)
			return '?';
		value = value * (is_hex ? 16 : 10) + (unsigned)digit;
	}
	if (value < ' ' || value > '~' || strchr("<>&", (int)value) != NULL)
		return '?';
	return (uint8_t)value;
}

/* What was held as the start of a reference is none. */
static size_t
drop_reference(struct bs_scrub *scrub, char *out, size_t at)
{
	at = put(out, at, '?');
	for (size_t i = 1; i < scrub->held_len; i++)
		at = put(out, at, scrub->held[i]);
	scrub->held_len = 0;
	return at;
}

/* A reference has its ';'. */
static size_t
end_reference(struct bs_scrub *scrub, char *out, size_t at)
{
	static const char *const names[] = {"amp", "lt", "gt", "quot", "apos"};

	if (scrub->held_len > 2 && scrub->held[1] == '#') {
		at = put(out, at, number_of(scrub));
		scrub->held_len = 0;
		return at;
	}
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (!is_named(scrub, names[i]))
			continue;
		memcpy(out + at, scrub->held, scrub->held_len);
		at = put(out, at + scrub->held_len, ';');
		scrub->held_len = 0;
		return at;
	}
	return put(out, drop_reference(scrub, out, at), ';');
}

/* Octets of the character that an octet of UTF-8 begins (RFC 3629); 1 for what
 * begins none. */
static size_t
length_of(uint8_t first)
{
	if (first >= 0xc2 && first <= 0xdf)
		return 2;
	if (first >= 0xe0 && first <= 0xef)
		return 3;
	return first >= 0xf0 && first <= 0xf4 ? 4 : 1;
}

/* Whether the character held is one of XML: no surrogate, not longer than it
 * needs to be. */
static bool
is_character(const uint8_t *held, size_t len)
{
	uint32_t value = held[0] & (0xffu >> (len + 1));

	for (size_t i = 1; i < len; i++)
		value = value << 6 | (held[i] & 0x3f);
	if (len == 3)
		return value >= 0x800 && (value < 0xd800 || value > 0xdfff) &&
		       value < 0xfffe;
	return len == 2 || (value >= 0x10000 && value <= 0x10ffff);
}

/* An octet when nothing is held. */
static size_t
begin(struct bs_scrub *scrub, uint8_t octet, char *out, size_t at)
{
	if (octet == '&' || length_of(octet) > 1) {
		scrub->held[0] = octet;
		scrub->held_len = 1;
		return at;
	}
	if (octet >= 0x80 ||
	    (octet < ' ' && octet != '\t' && octet != '\n' && octet != '\r'))
		octet = '?';
	return put(out, at, octet);
}

static bool
may_continue(uint8_t octet)
{
	return bs_ascii_is_alpha((char)octet) ||
	       bs_ascii_is_digit((char)octet) || octet == '#';
}

static size_t
take(struct bs_scrub *scrub, uint8_t octet, char *out, size_t at)
{
	size_t len;

	if (scrub->held_len == 0)
		return begin(scrub, octet, out, at);
	if (scrub->held[0] == '&') {
		if (octet == ';')
			return end_reference(scrub, out, at);
		if (!may_continue(octet) || scrub->held_len == BS_SCRUB_HELD) {
			at = drop_reference(scrub, out, at);
			return begin(scrub, octet, out, at);
		}
		scrub->held[scrub->held_len++] = octet;
		return at;
	}
	if ((octet & 0xc0) != 0x80) {
		scrub->held_len = 0;
		return begin(scrub, octet, out, put(out, at, '?'));
	}
	scrub->held[scrub->held_len++] = octet;
	len = length_of(scrub->held[0]);
	if (scrub->held_len < len)
		return at;
	scrub->held_len = 0;
	if (!is_character(scrub->held, len))
		return put(out, at, '?');
	memcpy(out + at, scrub->held, len);
	return at + len;
}

/* UTF-16 shows by its mark, or by the zero beside the first '<'. */
static void
find_width(struct bs_scrub *scrub, const uint8_t *in, size_t len)
{
	uint8_t first = len > 1 ? in[0] : '<';
	uint8_t second = len > 1 ? in[1] : '?';

	scrub->began = true;
	scrub->is_little =
	    (first == 0xff && second == 0xfe) || (first == '<' && second == 0);
	scrub->is_wide = scrub->is_little ||
			 (first == 0xfe && second == 0xff) ||
			 (first == 0 && second == '<');
}

/* Puts two octets of UTF-16 together. Returns false at the first of them. */
static bool
narrow(struct bs_scrub *scrub, uint8_t *octet)
{
	uint8_t high, low;

	scrub->has_half = !scrub->has_half;
	if (scrub->has_half) {
		scrub->half = *octet;
		return false;
	}
	high = scrub->is_little ? *octet : scrub->half;
	low = scrub->is_little ? scrub->half : *octet;
	*octet = high == 0 && low < 0x80 ? low : '?';
	return true;
}

size_t
bs_scrub(struct bs_scrub *scrub, const uint8_t *in, size_t len, char *out)
{
	size_t at = 0;

	if (!scrub->began && len > 0)
		find_width(scrub, in, len);
	for (size_t i = 0; i < len; i++) {
		uint8_t octet = in[i];

		if (scrub->is_wide && !narrow(scrub, &octet))
			continue;
		scrub->in_text = scrub->in_text || octet == '<';
		if (scrub->in_text)
			at = take(scrub, octet, out, at);
	}
	return at;
}
