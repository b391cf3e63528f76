/* What several messages come to. */
#ifndef BS_CLI_EXPLAIN_SUM_H
#define BS_CLI_EXPLAIN_SUM_H

#include <stddef.h>

#include "common/cli/explain/explained.h"

struct bs_explain_sum {
	size_t messages;
	size_t yes;
	size_t no;
	size_t unknown;	  /* bounces that nobody knows of ... */
	size_t likely_no; /* ... of these, that are probably not theirs */
	size_t likely_yes;
	size_t no_bounce;
	size_t bait;
};

void bs_explain_sum_add(struct bs_explain_sum *sum,
    const struct bs_explained *explained);

/* BS_EXIT_YES, _NO or _UNKNOWN; the last where messages do not agree. */
int bs_explain_sum_status(const struct bs_explain_sum *sum);

/* Writes the line for people, with its NUL; as much as fits. */
void bs_explain_sum_text(const struct bs_explain_sum *sum, char *out,
    size_t size);

#endif
