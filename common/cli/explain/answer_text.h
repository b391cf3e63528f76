/* The lines of an answer, as they are put together. */
#ifndef BS_CLI_EXPLAIN_ANSWER_TEXT_H
#define BS_CLI_EXPLAIN_ANSWER_TEXT_H

#include <stddef.h>
#include <stdint.h>

#include "common/base/backstop.h"
#include "common/cli/output.h"

#define BS_EXPLAIN_MORE 16

/* What is said: the first sentence, then what to do or to know. Texts are for a
 * terminal: what came from outside is made visible in them. */
struct bs_explain_answer_text {
	char first[1536];
	size_t count;
	char more[BS_EXPLAIN_MORE][1024];
};

/* Go on with the first sentence, or add a line; as far as there is room. */
void bs_explain_say(struct bs_explain_answer_text *out, const char *format, ...)
    BS_PRINTF(2, 3);
void bs_explain_add(struct bs_explain_answer_text *out, const char *format, ...)
    BS_PRINTF(2, 3);

/* "20 December", or "20 December 2027" if that is another year than at the
 * time now. Returns out. */
const char *bs_explain_date(int64_t when, int64_t now,
    char out[static BS_TIME_TEXT]);

#endif
