/* A list of texts. */
#include <stdlib.h>
#include <string.h>

#include "common/cli/spf/texts.h"
#include "common/cli/spf/tree.h"

const char *
bs_spf_texts_add(struct bs_spf_texts *texts, const char *text)
{
	size_t octets = strlen(text) + 1;
	char *copy;

	for (size_t i = 0; i < texts->count; i++)
		if (strcmp(texts->list[i], text) == 0)
			return texts->list[i];
	copy = bs_spf_array(NULL, octets, 1);
	memcpy(copy, text, octets);
	texts->list =
	    bs_spf_array(texts->list, texts->count + 1, sizeof(*texts->list));
	texts->list[texts->count++] = copy;
	return copy;
}

void
bs_spf_texts_free(struct bs_spf_texts *texts)
{
	for (size_t i = 0; i < texts->count; i++)
		free(texts->list[i]);
	free(texts->list);
}
