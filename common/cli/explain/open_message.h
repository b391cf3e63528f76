/* Finds the notice in a message that a person handed over. */
#ifndef BS_CLI_EXPLAIN_OPEN_MESSAGE_H
#define BS_CLI_EXPLAIN_OPEN_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/backstop.h"
#include "common/bounce/dsn.h"
#include "common/mail/parts.h"
#include "common/mail/unquote.h"

/* How the notice was found. */
enum bs_message_form {
	BS_MESSAGE_FORM_AS_IS,
	BS_MESSAGE_FORM_UNQUOTED,  /* behind "> ", or indented */
	BS_MESSAGE_FORM_FORWARDED, /* inside another message */
	BS_MESSAGE_FORM_PASTED,	   /* a text without a header */
};

struct bs_opened_message {
	enum bs_message_form form;
	bool is_notice;		  /* a bounce or a receipt */
	struct bs_slice envelope; /* "From " line of a mailbox, or empty */
	struct bs_slice text;	  /* that the facts are of */
	struct bs_dsn_facts facts;
	char *owned; /* text may lie in it */
};

/* Finds the notice in a cleaned message, which must outlive *out. Where there
 * is none, the facts are those of the message itself. Returns 0 or -ENOMEM;
 * free it in any case. */
BS_MUST_USE int bs_open_message(struct bs_slice envelope,
    struct bs_slice message, struct bs_opened_message *out);
void bs_open_message_free(struct bs_opened_message *opened);

/* Decodes a part, of max octets of its body at most. Returns it, to be freed,
 * with its length at *len; or NULL without memory. */
char *bs_open_part(const struct bs_part *part, size_t max, size_t *len);

/* "as-is", "unquoted", "forwarded", "pasted". */
const char *bs_message_form_name(enum bs_message_form form);

#endif
