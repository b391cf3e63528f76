/* A decision of the engine in sentences. */
#ifndef BS_CLI_WHY_TELL_H
#define BS_CLI_WHY_TELL_H

#include <stddef.h>

#include "common/cli/why/line.h"

/* Room for one decision. */
#define BS_WHY_TOLD 2048

/* What a decision led to, to be counted. */
enum bs_why_outcome {
	BS_WHY_REFUSED,
	BS_WHY_PUT_OFF,
	BS_WHY_AS_SPAM,
	BS_WHY_DELIVERED,
	BS_WHY_OTHER,
	BS_WHY_OUTCOMES,
};

enum bs_why_outcome bs_why_outcome(const struct bs_why_line *line);

/* Writes what was decided, why, what enforce would have done and what to type
 * if it was wrong: a line a sentence, all but the first indented, each with its
 * newline. What came from outside is as the log had it: print it with
 * bs_print(). */
void bs_why_tell(const struct bs_why_line *line, char out[static BS_WHY_TOLD]);

#endif
