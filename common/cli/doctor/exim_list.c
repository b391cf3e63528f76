/* Settings of Debian's update-exim4.conf.conf, and Exim's lists of hosts. */
#include <string.h>

#include "common/cli/doctor/exim_conf.h"

/* The value of one line, with quotes of either kind taken off. */
static bool
take_value(const char *from, const char *end, char *out, size_t size)
{
	size_t len = (size_t)(end - from);

	while (len > 0 && (from[len - 1] == ' ' || from[len - 1] == '\t' ||
			      from[len - 1] == '\r'))
		len--;
	if (len > 1 && (*from == '\'' || *from == '"') &&
	    from[len - 1] == *from) {
		from++;
		len -= 2;
	}
	if (len >= size || memchr(from, '\0', len) != NULL)
		return false;
	memcpy(out, from, len);
	out[len] = '\0';
	return true;
}

bool
bs_exim_setting(const char *text, size_t len, const char *name, char *out,
    size_t size)
{
	const char *end = text + len;
	size_t name_len = strlen(name);
	bool found = false;

	while (text < end) {
		const char *stop = memchr(text, '\n', (size_t)(end - text));

		if (stop == NULL)
			stop = end;
		if ((size_t)(stop - text) > name_len &&
		    memcmp(text, name, name_len) == 0 && text[name_len] == '=')
			found =
			    take_value(text + name_len + 1, stop, out, size);
		text = stop < end ? stop + 1 : end;
	}
	return found;
}

static const char *
skip_spaces(const char *text)
{
	return text + strspn(text, " \t");
}

/* "<; " at the beginning names the separator. */
static char
find_separator(const char **list)
{
	const char *at = skip_spaces(*list);

	if (at[0] == '<' && at[1] != '\0' && strchr(";,/|:", at[1]) != NULL) {
		*list = at + 2;
		return at[1];
	}
	return strchr(at, ';') != NULL ? ';' : ':';
}

bool
bs_exim_item(const char **list, char *separator, char *out, size_t size)
{
	size_t len = 0;
	const char *at;

	if (*separator == '\0')
		*separator = find_separator(list);
	at = skip_spaces(*list);
	while (*at == *separator && at[1] != *separator)
		at = skip_spaces(at + 1);
	*list = at;
	if (*at == '\0')
		return false;
	for (; *at != '\0'; at++) {
		if (*at == *separator && at[1] == *separator)
			at++; /* doubled, it is itself */
		else if (*at == *separator)
			break;
		if (len + 1 < size)
			out[len++] = *at;
	}
	while (len > 0 && (out[len - 1] == ' ' || out[len - 1] == '\t'))
		len--;
	out[len] = '\0';
	*list = at;
	return true;
}
