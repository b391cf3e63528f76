/* A list of what somebody should do something about, and what to type. */
#ifndef BS_CLI_STATUS_ADVICE_H
#define BS_CLI_STATUS_ADVICE_H

#include <stddef.h>

#include "common/base/backstop.h"
#include "common/cli/output.h"

enum bs_advice_level {
	BS_ADVICE_BAD,	/* Backstop does not do what it is for */
	BS_ADVICE_LOOK, /* it does, but something is amiss */
	BS_ADVICE_NEXT, /* all is well, and more could be had */
};

struct bs_advice {
	enum bs_advice_level level;
	const char *word;   /* for programs, and to find what is alike */
	const char *reason; /* of a word that has several, or NULL */
	char *text;
	char *type;  /* the line to type, or NULL */
	size_t more; /* domains of which the same holds */
};

/* All zero at first. */
struct bs_advices {
	size_t count;
	size_t room;
	struct bs_advice *list;
};

/* Adds one; word is a literal. Without memory, the process ends. */
void bs_advice_add(struct bs_advices *advices, enum bs_advice_level level,
    const char *word, const char *format, ...) BS_PRINTF(4, 5);

/* Says what to type for the last one. */
void bs_advice_type(struct bs_advices *advices, const char *format, ...)
    BS_PRINTF(2, 3);

/* Makes of a last text that ends in "; type: LINE" a text and a line. */
void bs_advice_split(struct bs_advices *advices);

/* Whether another domain has one of this word and reason (or NULL) already;
 * then it holds of one more. */
bool bs_advice_is_known(struct bs_advices *advices, const char *word,
    const char *reason);

void bs_advices_free(struct bs_advices *advices);

/* As an array. */
struct bs_json *bs_advices_json(const struct bs_advices *advices);

#endif
