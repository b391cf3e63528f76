/* Lists of strings, as the lists of backstop.conf are kept. */
#ifndef BS_CONFIG_WORDS_H
#define BS_CONFIG_WORDS_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/backstop.h"

/* In the order of the file; one of zeros is empty. */
struct bs_words {
	size_t count;
	char **words;
};

/* Adds a copy of a word. Returns 0 or -ENOMEM. */
BS_MUST_USE int bs_words_add(struct bs_words *words, const char *word);

bool bs_words_have(const struct bs_words *words, const char *word);

/* Frees the words; the list is then empty. */
void bs_words_clear(struct bs_words *words);

#endif
