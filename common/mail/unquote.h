/* Text as people hand it over: saved, quoted, indented, or a whole mailbox. */
#ifndef BS_MAIL_UNQUOTE_H
#define BS_MAIL_UNQUOTE_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/backstop.h"

/* A view into a text that the caller owns. */
struct bs_slice {
	const char *text;
	size_t len;
};

/* Makes plain text of any, in place: UTF-16 becomes ASCII ('?' for what is
 * not), a byte order mark goes, lines end in LF. Returns its length. */
size_t bs_unquote_clean(char *text, size_t len);

/* Takes quoting ("> ") and common indentation off a cleaned text, in place, and
 * removes what stands before the first quoted line. Returns its length. */
size_t bs_unquote_text(char *text, size_t len);

/* Whether a cleaned text begins with a header: more header fields than other
 * lines, which broken folding leaves. One field is enough only if it is one
 * with which no other text begins. */
bool bs_unquote_has_header(const char *text, size_t len);

/* Takes the next message of a cleaned mailbox from *at on, and moves *at behind
 * it. *envelope is its "From " line, of length 0 where there is none. A text
 * that is no mailbox is one message. Returns false at the end. */
bool bs_unquote_next(const char *text, size_t len, size_t *at,
    struct bs_slice *envelope, struct bs_slice *message);

/* Where a header begins that names a mail system as its author, as in a
 * forwarded notice; "From" may be in any language. The header at the start of
 * the text counts only if from_start. Returns len where there is none. */
size_t bs_unquote_find_notice(const char *text, size_t len, bool from_start);

#endif
