/* The parts of a message that lies in memory whole, found by their headers
 * alone: boundaries lie more often than not. */
#ifndef BS_MAIL_PARTS_H
#define BS_MAIL_PARTS_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/backstop.h"
#include "common/mail/unquote.h"
#include "common/mail/transfer.h"

enum bs_part_type {
	BS_PART_TEXT,	 /* text/plain */
	BS_PART_MESSAGE, /* message/rfc822 and what is called *.eml */
	BS_PART_OTHER,
};

struct bs_part {
	enum bs_part_type type;
	enum bs_transfer_type encoding;
	struct bs_slice body; /* a view into the text */
};

/* Reads the type and encoding of a message from its own header: its body is
 * all that follows. */
void bs_part_whole(const char *text, size_t len, struct bs_part *out);

/* Takes the next part from *at on, of any depth, and moves *at to its body.
 * Returns false where there is none. Lines end in LF. */
bool bs_part_next(const char *text, size_t len, size_t *at,
    struct bs_part *out);

/* Octets by which a decoded body may be longer than it was. */
#define BS_PART_SLACK 4

/* Decodes a body to out, which has room for body.len + BS_PART_SLACK octets
 * elsewhere. Returns its length. */
size_t bs_part_decode(const struct bs_part *part, char *out);

#endif
