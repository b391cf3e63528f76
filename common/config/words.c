/* Lists of strings, as the lists of backstop.conf are kept. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/config/words.h"

int
bs_words_add(struct bs_words *words, const char *word)
{
	char **grown;
	char *copy;

	grown = reallocarray(words->words, words->count + 1, sizeof(*grown));
	if (grown == NULL)
		return -ENOMEM;
	words->words = grown;
	if ((copy = strdup(word)) == NULL)
		return -ENOMEM;
	words->words[words->count++] = copy;
	return 0;
}

bool
bs_words_have(const struct bs_words *words, const char *word)
{
	for (size_t i = 0; i < words->count; i++)
		if (strcmp(words->words[i], word) == 0)
			return true;
	return false;
}

void
bs_words_clear(struct bs_words *words)
{
	for (size_t i = 0; i < words->count; i++)
		free(words->words[i]);
	free(words->words);
	words->words = NULL;
	words->count = 0;
}
