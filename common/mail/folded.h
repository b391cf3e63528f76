/* Writes a header field, folded between pieces that stay whole. */
#ifndef BS_MAIL_FOLDED_H
#define BS_MAIL_FOLDED_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/backstop.h"

/* A field in the caller's buffer, always with a NUL. Lines are joined by a
 * newline and a tab (RFC 5322 §2.2.3). */
struct bs_folded {
	char *out;
	size_t size;
	size_t len;
	size_t piece;  /* where the current piece begins */
	size_t column; /* in which the next octet will stand */
	bool full;     /* something did not fit */
};

/* Begins with the name and colon of a field. */
void bs_folded_begin(struct bs_folded *folded, char *out, size_t size,
    const char *name);

/* Begins a piece, with a space or a fold before it. */
void bs_folded_piece(struct bs_folded *folded);

/* Adds to the current piece, as it is. */
void bs_folded_add(struct bs_folded *folded, const char *text);

/* Adds a value: as it is if it is a dot-atom (RFC 5322 §3.2.3), else as a
 * quoted-string (§3.2.4). Controls are dropped, octets above 0x7e are '?'. */
void bs_folded_add_value(struct bs_folded *folded, const char *text);

/* Adds a value: as it is if it is a token (RFC 2045 §5.1), else as a
 * quoted-string. */
void bs_folded_add_token(struct bs_folded *folded, const char *text);

/* Adds the text of a comment (RFC 5322 §3.2.2), without the parentheses around
 * it. */
void bs_folded_add_comment(struct bs_folded *folded, const char *text);

/* Ends the field. Returns 0 or -EMSGSIZE. */
BS_MUST_USE int bs_folded_end(struct bs_folded *folded);

#endif
