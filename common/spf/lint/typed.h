/* What somebody types where a host, a network or a service is asked for. */
#ifndef BS_SPF_LINT_TYPED_H
#define BS_SPF_LINT_TYPED_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/backstop.h"

/* What a word was before it was made plain. */
enum bs_spf_typed {
	BS_SPF_TYPED_PLAIN,
	BS_SPF_TYPED_MAILBOX, /* alice@example.org: the domain is left */
	BS_SPF_TYPED_URL,     /* https://example.org/x: the host is left */
	BS_SPF_TYPED_IGNORED, /* v=spf1, an all, a quote: of a whole record */
};

/* Cuts the next word out of a line; words are parted by spaces, tabs, commas
 * and semicolons. Moves *line behind it. Returns false at the end. */
bool bs_spf_typed_next(const char **line, const char **word, size_t *len);

/* Writes a word as it is meant: without quotes, brackets, scheme, path, a
 * mailbox's local part and a last dot. Cut to size. is_record: the line began
 * with v=spf1, so an all in it is passed over. */
enum bs_spf_typed bs_spf_typed_plain(const char *word, size_t len,
    bool is_record, char *out, size_t size);

/* Whether a line is a whole record, pasted. */
bool bs_spf_typed_is_record(const char *line);

/* 'y' or 'n' for an answer that says yes or no, as a word of its own; else
 * '\0'. */
char bs_spf_typed_agrees(const char *answer);

#endif
