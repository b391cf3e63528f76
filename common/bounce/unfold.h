/* Puts a folded header field together again, line by line. */
#ifndef BS_BOUNCE_UNFOLD_H
#define BS_BOUNCE_UNFOLD_H

#include <stdbool.h>
#include <stddef.h>

#include "common/mail/mime.h"

/* Octets of an unfolded field that are kept, its name included. */
#define BS_UNFOLD_MAX 4096

/* All zero: no field. */
struct bs_unfold {
	char text[BS_UNFOLD_MAX]; /* the field at hand */
	size_t len;		  /* 0: none */
};

/* Begins a field with its first line, which must be one (bs_mime_name_len()).
 * Take the field before it first: it is overwritten. */
void bs_unfold_begin(struct bs_unfold *unfold, const char *line, size_t len);

/* Adds a further line, or the next piece of a long one, to the field. */
void bs_unfold_line(struct bs_unfold *unfold, const char *line, size_t len);
void bs_unfold_piece(struct bs_unfold *unfold, const char *text, size_t len);

/* Takes the field out, if there is one. It lives until the next one begins. */
bool bs_unfold_take(struct bs_unfold *unfold, struct bs_mime_field *out);

#endif
