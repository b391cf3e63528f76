/* The parts of a message that is in memory as a whole. They are found by their
 * headers alone, as announced boundaries are often wrong. */
#ifndef BS_MAIL_PARTS_H
#define BS_MAIL_PARTS_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/backstop.h"
#include "common/mail/unquote.h"
#include "common/mail/transfer.h"

enum bs_part_type {
	BS_PART_TEXT,	 /* text/plain */
	BS_PART_MESSAGE, /* message/rfc822, or a file called *.eml */
	BS_PART_OTHER,
};

struct bs_part {
	enum bs_part_type type;
	enum bs_transfer_type encoding;
	struct bs_slice body; /* a view into the text */
};

/* Reads type and encoding of a message from its own header. All that follows is
 * the body. */
void bs_part_whole(const char *text, size_t len, struct bs_part *out);

/* Takes the next part from *at on, of any depth, and moves *at to its body.
 * Returns false where there is none. Lines end in LF. */
bool bs_part_next(const char *text, size_t len, size_t *at,
    struct bs_part *out);

/* Octets by which a decoded body may be longer than the encoded one. */
#define BS_PART_SLACK 4

/* Decodes the body to out, which has room for body.len + BS_PART_SLACK octets
 * and does not overlap it. Returns the length. */
size_t bs_part_decode(const struct bs_part *part, char *out);

#endif
