/* A list of texts. */
#ifndef BS_CLI_SPF_TEXTS_H
#define BS_CLI_SPF_TEXTS_H

#include <stddef.h>

/* malloc()ed; begins as zeros. */
struct bs_spf_texts {
	size_t count;
	char **list;
};

/* Adds a copy of a text that is not there yet. Returns the list's own, which
 * lives as long as the list. Without memory the process ends. */
const char *bs_spf_texts_add(struct bs_spf_texts *texts, const char *text);

void bs_spf_texts_free(struct bs_spf_texts *texts);

#endif
