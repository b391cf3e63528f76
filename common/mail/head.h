/* The header of a message that is in memory as a whole. */
#ifndef BS_MAIL_HEAD_H
#define BS_MAIL_HEAD_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/backstop.h"
#include "common/mail/unquote.h"

/* A field: views into the text. The value may be folded, and begins and ends
 * without space. */
struct bs_head_field {
	struct bs_slice name;
	struct bs_slice value;
};

/* Takes the next field of a header from *at on (lines end in LF). Returns
 * false at the empty line, with *at behind it, or at the end. Lines that are
 * no field are skipped. */
bool bs_head_next(const char *text, size_t len, size_t *at,
    struct bs_head_field *out);

/* Whether the field has this name, in any case. */
bool bs_head_is(const struct bs_head_field *field, const char *name);

/* Takes the next address of a value from *at on: a word with an '@' inside.
 * Returns false at the end. */
bool bs_head_address(struct bs_slice value, size_t *at, struct bs_slice *out);

/* Copies a value, unfolded and with NUL as '?', as far as it fits. */
void bs_head_copy(struct bs_slice value, char *out, size_t size);

#endif
