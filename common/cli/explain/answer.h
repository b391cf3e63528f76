/* An answer in words, for the person who got the notice. */
#ifndef BS_CLI_EXPLAIN_ANSWER_H
#define BS_CLI_EXPLAIN_ANSWER_H

#include "common/cli/explain/explained.h"

#define BS_EXPLAIN_MORE 6

/* What is said: the first sentence, then what to do or to know. Texts are for a
 * terminal: what came from outside is made visible in them. */
struct bs_explain_answer_text {
	char first[1024];
	size_t count;
	char more[BS_EXPLAIN_MORE][512];
};

void bs_explain_answer(const struct bs_explained *explained,
    struct bs_explain_answer_text *out);

#endif
