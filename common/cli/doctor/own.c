/* What this host is called. */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/base/ascii.h"
#include "common/cli/doctor/files.h"
#include "common/cli/doctor/own.h"

/* Takes the first word of a file. */
static bool
read_word(const char *path, char out[static BS_HOST_MAX])
{
	char *text;
	size_t len;
	size_t word;

	out[0] = '\0';
	if (bs_doctor_read(path, &text, &len) != 0)
		return false;
	for (word = 0; word < len && text[word] > ' ';)
		word++;
	if (word < BS_HOST_MAX) {
		memcpy(out, text, word);
		out[word] = '\0';
	}
	free(text);
	return out[0] != '\0';
}

void
bs_own_name(char out[static BS_HOST_MAX])
{
	if (read_word("/etc/mailname", out) ||
	    read_word("/etc/mail/mailname", out))
		return;
	if (gethostname(out, BS_HOST_MAX) != 0)
		out[0] = '\0';
	out[BS_HOST_MAX - 1] = '\0';
}

bool
bs_own_same_name(const char *one, const char *other)
{
	size_t len = strlen(one);

	return strlen(other) == len && bs_ascii_same(one, other, len);
}
