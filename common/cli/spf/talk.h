/* Questions at a terminal, or to a pipe, and their answers. */
#ifndef BS_CLI_SPF_TALK_H
#define BS_CLI_SPF_TALK_H

#include <stdbool.h>
#include <stdio.h>

#include "common/base/backstop.h"

/* Octets of an answer with its NUL. */
#define BS_SPF_ANSWER 512

struct bs_spf_talk {
	FILE *out;
	bool has_ended; /* there are no more answers: each is an empty line */
};

/* Asks, and reads a line without spaces around it. A line that is too long is
 * asked for again. Returns out. */
const char *bs_spf_talk_ask(struct bs_spf_talk *talk, const char *question,
    char out[static BS_SPF_ANSWER]);

/* Asks for yes or no; an empty line is what is the default. */
bool bs_spf_talk_agrees(struct bs_spf_talk *talk, const char *question,
    bool is_default);

/* The same, and 'a' for "yes, and to all that follow". Returns 'y', 'n' or
 * 'a'. */
char bs_spf_talk_agrees_or_all(struct bs_spf_talk *talk, const char *question,
    bool is_default);

#endif
