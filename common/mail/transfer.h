/* Decodes Content-Transfer-Encodings piece by piece (RFC 2045 §6). */
#ifndef BS_MAIL_TRANSFER_H
#define BS_MAIL_TRANSFER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum bs_transfer_type {
	BS_TRANSFER_IDENTITY,
	BS_TRANSFER_BASE64,
	BS_TRANSFER_QUOTED,
	BS_TRANSFER_WORD, /* "Q" of RFC 2047: quoted, '_' a space */
};

struct bs_transfer {
	enum bs_transfer_type type;
	uint32_t bits;	/* base64: of the characters so far */
	unsigned count; /* base64: characters; quoted: octets of "=XX" */
};

void bs_transfer_begin(struct bs_transfer *transfer,
    enum bs_transfer_type type);

/* Decodes a line or a piece of one, without its line end; ends: the line ends
 * with it. Writes at most len + 3 octets to out, and returns how many. A line
 * end that is part of the text comes out as LF. */
size_t bs_transfer_decode(struct bs_transfer *transfer, const char *in,
    size_t len, bool ends, char *out);

/* The encoding that a Content-Transfer-Encoding names; identity for an unknown
 * one. */
enum bs_transfer_type bs_transfer_named(const char *value, size_t len);

#endif
