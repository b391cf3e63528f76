/* One message out of what a person handed over, ready to be explained. */
#ifndef BS_LETTER_H
#define BS_LETTER_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/backstop.h"
#include "common/bounce/dsn.h"
#include "common/mail/unquote.h"

/* How the notice was found. */
enum bs_letter_form {
	BS_LETTER_AS_IS,
	BS_LETTER_UNQUOTED,  /* behind "> ", or indented */
	BS_LETTER_FORWARDED, /* inside another message */
	BS_LETTER_PASTED,    /* a text without a header */
};

struct bs_letter {
	enum bs_letter_form form;
	bool is_notice;		  /* a bounce or a receipt */
	struct bs_slice envelope; /* "From " line of a mailbox, or empty */
	struct bs_slice text;	  /* what the facts are of */
	struct bs_dsn_facts facts;
	char *owned; /* text may lie in it */
};

/* Reads a file, or standard input for NULL, whole. Returns 0 with *text
 * malloc()ed, or -errno (-EFBIG). */
BS_MUST_USE int bs_letter_read(const char *path, char **text, size_t *len);

/* Finds the notice in a cleaned message, which must outlive the letter; where
 * there is none, the facts are of the message as it is. Returns 0 or -ENOMEM;
 * free it in any case. */
BS_MUST_USE int bs_letter_open(struct bs_slice envelope,
    struct bs_slice message, struct bs_letter *out);
void bs_letter_free(struct bs_letter *letter);

/* "as-is", "unquoted", "forwarded", "pasted". */
const char *bs_letter_form_name(enum bs_letter_form form);

#endif
