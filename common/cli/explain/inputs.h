/* The files to explain: as named, and those in folders. */
#ifndef BS_CLI_EXPLAIN_INPUTS_H
#define BS_CLI_EXPLAIN_INPUTS_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/backstop.h"

struct bs_explain_input {
	char *path;	/* NULL: standard input */
	bool is_found;	/* in a folder, by whoever may write there */
	bool is_unread; /* reading it failed */
	bool is_kept;	/* text is: it can be read once, or is the only one */
	char *text;
	size_t len;
};

struct bs_explain_inputs {
	size_t count;
	size_t size;
	struct bs_explain_input *items;
};

/* Lists what is named: a file, "-", or a folder with all that is in it: of a
 * Maildir, the folders cur and new of each mailbox; else each file. Complains
 * about a folder that it cannot look into. Returns 0, or the first -errno; free
 * it in any case. */
BS_MUST_USE int bs_explain_inputs_list(struct bs_explain_inputs *out,
    char **words, size_t count);
void bs_explain_inputs_free(struct bs_explain_inputs *inputs);

/* Reads an input, cleaned. Returns 0 with *text malloc()ed, or -errno. */
BS_MUST_USE int bs_explain_inputs_read(struct bs_explain_input *input,
    char **text, size_t *len);

/* What it is called in a complaint. */
const char *bs_explain_inputs_name(const struct bs_explain_input *input);

#endif
