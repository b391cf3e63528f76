/* Statements of smtpd.conf(5), a list of words each, macros expanded. */
#ifndef BS_CLI_DOCTOR_SMTPD_LINE_H
#define BS_CLI_DOCTOR_SMTPD_LINE_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/backstop.h"

#define BS_SMTPD_WORDS 192	  /* words of a statement */
#define BS_SMTPD_LINE_OCTETS 4096 /* of all its words, a NUL after each */
#define BS_SMTPD_NAME 64
#define BS_SMTPD_MACROS 64
#define BS_SMTPD_MACRO_NAME 64
#define BS_SMTPD_MACRO_VALUE 512

/* The kinds of words that are no punctuation mark; such a one is its own
 * kind: '{', '}', '<', '>', '!', '=', ',' ... */
#define BS_SMTPD_WORD 'w'
#define BS_SMTPD_QUOTED 'q'

/* Where a statement begins. */
struct bs_smtpd_place {
	unsigned file; /* as given to bs_smtpd_read() */
	unsigned line;
};

struct bs_smtpd_line {
	unsigned number; /* of the line on which it begins; the first is 1 */
	size_t count;
	bool is_cut; /* there were more words, or longer ones */
	size_t used;
	char kinds[BS_SMTPD_WORDS];
	const char *words[BS_SMTPD_WORDS]; /* views into octets */
	char octets[BS_SMTPD_LINE_OCTETS];
};

struct bs_smtpd_macro {
	char name[BS_SMTPD_MACRO_NAME];
	char value[BS_SMTPD_MACRO_VALUE];
};

struct bs_smtpd_macros {
	size_t count;
	struct bs_smtpd_macro list[BS_SMTPD_MACROS];
};

/* A text that is being read. */
struct bs_smtpd_text {
	const char *octets;
	size_t len;
	size_t at;
	unsigned line;
	const char *macro; /* the rest of one's value, or NULL */
};

void bs_smtpd_text_begin(struct bs_smtpd_text *text, const char *octets,
    size_t len);

/* Reads the next statement that has words; what has no room is left out.
 * Returns false at the end. */
bool bs_smtpd_line_next(struct bs_smtpd_text *text,
    const struct bs_smtpd_macros *macros, struct bs_smtpd_line *out);

/* Whether a word is the given one, not quoted. */
bool bs_smtpd_line_is(const struct bs_smtpd_line *line, size_t at,
    const char *word);

/* Takes "name = value" into the macros. Returns whether the statement was one
 * of these. */
bool bs_smtpd_macro_take(struct bs_smtpd_macros *macros,
    const struct bs_smtpd_line *line);

#endif
