/* Decodes Content-Transfer-Encodings piece by piece (RFC 2045 §6). */
#include <string.h>

#include "common/base/ascii.h"
#include "common/mail/transfer.h"

void
bs_transfer_begin(struct bs_transfer *transfer, enum bs_transfer_type type)
{
	memset(transfer, 0, sizeof(*transfer));
	transfer->type = type;
}

static int
base64_value(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (bs_ascii_is_digit(c))
		return c - '0' + 52;
	if (c == '+')
		return 62;
	return c == '/' ? 63 : -1;
}

/* Skips characters that are not of base64 (RFC 2045 §6.8). Padding ends a group
 * of four, and another may follow it. */
static size_t
decode_base64(struct bs_transfer *transfer, const char *in, size_t len,
    char *out)
{
	size_t used = 0;
	int value;

	for (size_t i = 0; i < len; i++) {
		if (in[i] == '=') {
			transfer->count = 0;
			transfer->bits = 0;
			continue;
		}
		if ((value = base64_value(in[i])) < 0)
			continue;
		transfer->bits = transfer->bits << 6 | (uint32_t)value;
		transfer->count++;
		if (transfer->count == 1)
			continue;
		/* 12, 18 and 24 bits: an octet more each time */
		out[used++] =
		    (char)(transfer->bits >> (8 - 2 * transfer->count));
		if (transfer->count == 4)
			transfer->count = 0;
	}
	return used;
}

/* What stands behind '=' is no hexadecimal octet: it stays as it is. */
static size_t
give_back(struct bs_transfer *transfer, char *out)
{
	size_t used = 0;

	if (transfer->count > 0)
		out[used++] = '=';
	if (transfer->count > 1)
		out[used++] = (char)transfer->bits;
	transfer->count = 0;
	return used;
}

static size_t
decode_quoted(struct bs_transfer *transfer, const char *in, size_t len,
    bool ends, char *out)
{
	size_t used = 0;

	for (size_t i = 0; i < len; i++) {
		char c = in[i];

		if (transfer->count == 2 && bs_ascii_hex(c) >= 0) {
			int high = bs_ascii_hex((char)transfer->bits);

			out[used++] = (char)(high * 16 + bs_ascii_hex(c));
			transfer->count = 0;
			continue;
		}
		if (transfer->count == 1 && bs_ascii_hex(c) >= 0) {
			transfer->bits = (unsigned char)c;
			transfer->count = 2;
			continue;
		}
		/* white space between '=' and a soft line break */
		if (transfer->count == 1 && (c == ' ' || c == '\t'))
			continue;
		used += give_back(transfer, out + used);
		if (c == '=')
			transfer->count = 1;
		else if (c == '_' && transfer->type == BS_TRANSFER_WORD)
			out[used++] = ' ';
		else
			out[used++] = c;
	}
	if (ends && transfer->count == 1) {
		transfer->count = 0;
	} else if (ends) {
		used += give_back(transfer, out + used);
		out[used++] = '\n';
	}
	return used;
}

size_t
bs_transfer_decode(struct bs_transfer *transfer, const char *in, size_t len,
    bool ends, char *out)
{
	size_t used;

	switch (transfer->type) {
	case BS_TRANSFER_BASE64:
		return decode_base64(transfer, in, len, out);
	case BS_TRANSFER_QUOTED:
	case BS_TRANSFER_WORD:
		return decode_quoted(transfer, in, len, ends, out);
	default:
		memcpy(out, in, len);
		used = len;
		if (ends)
			out[used++] = '\n';
		return used;
	}
}

enum bs_transfer_type
bs_transfer_named(const char *value, size_t len)
{
	static const char base64[] = "base64";
	static const char quoted[] = "quoted-printable";

	while (len > 0 && (value[0] == '"' || value[0] == ' ')) {
		value++;
		len--;
	}
	if (len >= sizeof(base64) - 1 &&
	    bs_ascii_same(value, base64, sizeof(base64) - 1))
		return BS_TRANSFER_BASE64;
	if (len >= sizeof(quoted) - 1 &&
	    bs_ascii_same(value, quoted, sizeof(quoted) - 1))
		return BS_TRANSFER_QUOTED;
	return BS_TRANSFER_IDENTITY;
}
