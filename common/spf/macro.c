/* RFC 7208 §7: macros, checked and expanded. */
#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "common/base/ascii.h"
#include "common/spf/macro.h"

/* RFC 7208 §7.3 asks for 127 at least; a name has no more labels. */
#define PARTS_MAX 128

#define NAME_MAX_OCTETS 253

/* Room for 32 nibbles and dots, and for any other text of an address. */
#define VALUE_MAX 64

/* "%{l2r+-}" taken apart, or a literal octet. */
struct piece {
	char letter;	/* lower case; 0: a literal */
	char literal;	/* of "%%" and "%_" too; 0 is "%20" */
	bool escape;	/* the letter was upper case */
	unsigned parts; /* 0: all */
	bool reverse;
	const char *delimiters;
	size_t delimiter_count; /* 0: the dot */
};

/* Where expanded text goes. With "tail" set, the beginning is dropped when it
 * is full. */
struct sink {
	char *out;
	size_t size;
	size_t len;
	bool tail;
	bool full;
};

static bool
is_delimiter(char c)
{
	return c != '\0' && strchr(".-+,/_=", c) != NULL;
}

/* The body of "%{...}" behind its brace. Returns its octets with the closing
 * brace, or 0. */
static size_t
read_body(const char *text, size_t len, const char *letters,
    struct piece *piece)
{
	size_t at = 1;
	bool has_parts = false;

	if (len == 0 || text[0] == '\0')
		return 0;
	piece->letter = bs_ascii_lower(text[0]);
	piece->escape = text[0] != piece->letter;
	if (strchr(letters, piece->letter) == NULL)
		return 0;
	for (; at < len && bs_ascii_is_digit(text[at]); at++) {
		has_parts = true;
		piece->parts = piece->parts * 10 + (unsigned)(text[at] - '0');
		if (piece->parts > PARTS_MAX)
			return 0;
	}
	if (has_parts && piece->parts == 0)
		return 0;
	if (at < len && bs_ascii_lower(text[at]) == 'r') {
		piece->reverse = true;
		at++;
	}
	piece->delimiters = text + at;
	while (at < len && is_delimiter(text[at]))
		at++;
	piece->delimiter_count = (size_t)(text + at - piece->delimiters);
	return at < len && text[at] == '}' ? at + 1 : 0;
}

/* Reads the piece at the beginning of text, which is not empty. Returns its
 * octets, or 0 where none stands there. */
static size_t
read_piece(const char *text, size_t len, bool for_explanation,
    struct piece *piece)
{
	size_t body;

	*piece = (struct piece){.literal = text[0]};
	if (text[0] != '%')
		return (text[0] > 0x20 && text[0] < 0x7f) ||
			       (text[0] == ' ' && for_explanation)
			   ? 1
			   : 0;
	if (len < 2)
		return 0;
	switch (text[1]) {
	case '%':
		return 2;
	case '_':
		piece->literal = ' ';
		return 2;
	case '-':
		piece->literal = '\0';
		return 2;
	case '{':
		body = read_body(text + 2, len - 2,
		    for_explanation ? "slodipvhcrt" : "slodipvh", piece);
		return body == 0 ? 0 : body + 2;
	default:
		return 0;
	}
}

bool
bs_spf_macro_is(const char *text, size_t len, bool for_explanation,
    size_t *column)
{
	struct piece piece;
	size_t octets;

	for (size_t at = 0; at < len; at += octets) {
		*column = at;
		octets =
		    read_piece(text + at, len - at, for_explanation, &piece);
		if (octets == 0)
			return false;
	}
	return true;
}

bool
bs_spf_macro_has(const char *text, size_t len, char letter)
{
	struct piece piece;
	size_t octets;

	for (size_t at = 0; at < len; at += octets) {
		octets = read_piece(text + at, len - at, true, &piece);
		if (octets == 0)
			return false;
		if (piece.letter == letter)
			return true;
	}
	return false;
}

static void
put(struct sink *sink, char c)
{
	size_t keep = sink->size / 2;

	if (sink->len == sink->size && sink->tail) {
		memmove(sink->out, sink->out + sink->len - keep, keep);
		sink->len = keep;
	}
	if (sink->len < sink->size)
		sink->out[sink->len++] = c;
	else
		sink->full = true;
}

static void
put_escaped(struct sink *sink, char c)
{
	static const char digits[] = "0123456789ABCDEF";
	unsigned char octet = (unsigned char)c;

	put(sink, '%');
	put(sink, digits[octet >> 4]);
	put(sink, digits[octet & 15]);
}

/* RFC 3986 §2.3. */
static bool
is_unreserved(char c)
{
	return bs_ascii_is_alpha(c) || bs_ascii_is_digit(c) || c == '-' ||
	       c == '.' || c == '_' || c == '~';
}

static void
put_value(struct sink *sink, const struct piece *piece, const char *text,
    size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (piece->escape && !is_unreserved(text[i]))
			put_escaped(sink, text[i]);
		else
			put(sink, text[i]);
	}
}

static bool
splits_at(const struct piece *piece, char c)
{
	if (piece->delimiter_count == 0)
		return c == '.';
	return memchr(piece->delimiters, c, piece->delimiter_count) != NULL;
}

/* The end of the part that begins at from. */
static size_t
part_end(const struct piece *piece, const char *text, size_t len, size_t from)
{
	while (from < len && !splits_at(piece, text[from]))
		from++;
	return from;
}

/* Reversed, the parts on the right are those that stood first. */
static void
put_reversed(struct sink *sink, const struct piece *piece, const char *text,
    size_t len)
{
	size_t end = 0;
	size_t stop = len; /* where the last part that counts ends */

	if (piece->parts > 0) {
		stop = part_end(piece, text, len, 0);
		for (unsigned i = 1; i < piece->parts && stop < len; i++)
			stop = part_end(piece, text, len, stop + 1);
	}
	for (end = stop;; end--) {
		size_t start = end;

		while (start > 0 && !splits_at(piece, text[start - 1]))
			start--;
		put_value(sink, piece, text + start, end - start);
		if (start == 0)
			return;
		put(sink, '.');
		end = start;
	}
}

static void
put_forward(struct sink *sink, const struct piece *piece, const char *text,
    size_t len)
{
	size_t start = 0;
	size_t end;

	if (piece->parts > 0) {
		unsigned left = piece->parts;

		for (start = len; start > 0; start--)
			if (splits_at(piece, text[start - 1]) && --left == 0)
				break;
	}
	for (;; start = end + 1) {
		end = part_end(piece, text, len, start);
		put_value(sink, piece, text + start, end - start);
		if (end == len)
			return;
		put(sink, '.');
	}
}

/* RFC 7208 §7.3: dotted nibbles of an IPv6 address. Upper case, as the test
 * suite of the RFC has it; names have no case. */
static const char *
write_nibbles(const uint8_t address[static 16], char out[static VALUE_MAX])
{
	static const char digits[] = "0123456789ABCDEF";

	for (unsigned i = 0; i < 32; i++) {
		unsigned octet = address[i / 2];

		out[2 * i] = digits[i % 2 == 0 ? octet >> 4 : octet & 15];
		out[2 * i + 1] = '.';
	}
	out[63] = '\0';
	return out;
}

/* The value of i or c. */
static const char *
write_address(const struct bs_spf_letters *letters, bool dotted,
    char out[static VALUE_MAX])
{
	if (letters->is_ip6 && dotted)
		return write_nibbles(letters->client, out);
	if (inet_ntop(letters->is_ip6 ? AF_INET6 : AF_INET, letters->client,
		out, VALUE_MAX) == NULL)
		out[0] = '\0';
	return out;
}

/* A sender's local part ends at its last "@": a quoted one may hold more. */
static const char *
sender_at(const char *sender)
{
	const char *at = strrchr(sender, '@');

	return at == NULL ? sender + strlen(sender) : at;
}

/* The value of a letter before transformers; buffer is for those that are
 * made. */
static const char *
value_of(char letter, const struct bs_spf_letters *letters,
    char buffer[static VALUE_MAX], size_t *len)
{
	const char *value = "";
	const char *at;

	switch (letter) {
	case 's':
		value = letters->sender;
		break;
	case 'l':
		*len = (size_t)(sender_at(letters->sender) - letters->sender);
		return letters->sender;
	case 'o':
		at = sender_at(letters->sender);
		value = *at == '@' ? at + 1 : at;
		break;
	case 'd':
		value = letters->domain;
		break;
	case 'h':
		value = letters->helo;
		break;
	case 'p':
		value = letters->validated;
		break;
	case 'r':
		value = letters->receiver;
		break;
	case 'v':
		value = letters->is_ip6 ? "ip6" : "in-addr";
		break;
	case 't':
		snprintf(buffer, VALUE_MAX, "%" PRId64, letters->now);
		value = buffer;
		break;
	default:
		value = write_address(letters, letter == 'i', buffer);
	}
	*len = strlen(value);
	return value;
}

static void
put_piece(struct sink *sink, const struct piece *piece,
    const struct bs_spf_letters *letters)
{
	char buffer[VALUE_MAX];
	const char *value;
	size_t len;

	if (piece->letter == '\0' && piece->literal == '\0') {
		put_escaped(sink, ' ');
		return;
	}
	if (piece->letter == '\0') {
		put(sink, piece->literal);
		return;
	}
	value = value_of(piece->letter, letters, buffer, &len);
	if (piece->reverse)
		put_reversed(sink, piece, value, len);
	else if (piece->parts > 0 || piece->delimiter_count > 0)
		put_forward(sink, piece, value, len);
	else
		put_value(sink, piece, value, len);
}

static int
expand(const char *text, size_t len, bool for_explanation,
    const struct bs_spf_letters *letters, struct sink *sink)
{
	struct piece piece;
	size_t octets;

	for (size_t at = 0; at < len; at += octets) {
		octets =
		    read_piece(text + at, len - at, for_explanation, &piece);
		if (octets == 0)
			return -EINVAL;
		put_piece(sink, &piece, letters);
	}
	return sink->full ? -EMSGSIZE : 0;
}

int
bs_spf_macro_expand(const char *text, size_t len, bool for_explanation,
    const struct bs_spf_letters *letters, char *out, size_t size)
{
	struct sink sink = {.out = out, .size = size == 0 ? 0 : size - 1};
	int rc = expand(text, len, for_explanation, letters, &sink);

	if (size > 0)
		out[sink.len] = '\0';
	return rc == 0 && size == 0 ? -EMSGSIZE : rc;
}

int
bs_spf_macro_domain(const char *text, size_t len,
    const struct bs_spf_letters *letters, char out[static BS_HOST_MAX])
{
	/* when it is full, half is kept: still more than a name may have */
	char tail[2 * (NAME_MAX_OCTETS + 3)];
	struct sink sink = {.out = tail, .size = sizeof(tail), .tail = true};
	const char *name = tail;
	int rc = expand(text, len, false, letters, &sink);

	out[0] = '\0';
	if (rc != 0)
		return rc;
	if (sink.len > 0 && tail[sink.len - 1] == '.')
		sink.len--;
	while (sink.len > NAME_MAX_OCTETS) {
		const char *dot = memchr(name, '.', sink.len);

		if (dot == NULL)
			return -EMSGSIZE;
		sink.len -= (size_t)(dot + 1 - name);
		name = dot + 1;
	}
	memcpy(out, name, sink.len);
	out[sink.len] = '\0';
	return 0;
}
