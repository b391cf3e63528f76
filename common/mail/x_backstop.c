/* The X-Backstop header field: writes ours, and finds those of others. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "common/base/ascii.h"
#include "common/mail/x_backstop.h"

static const char field[] = "X-Backstop:";

int
bs_x_backstop_write(const char *verdict, const char *reason, unsigned row,
    char *out, size_t size)
{
	int len;

	len = snprintf(out, size, "%s %s%s%s row=%u", field, verdict,
	    reason[0] == '\0' ? "" : " reason=", reason, row);
	return len < 0 || (size_t)len >= size ? -EMSGSIZE : 0;
}

bool
bs_x_backstop_is_ours(const char *line, size_t len)
{
	const size_t name_len = sizeof(field) - 2; /* without the colon */

	if (len <= name_len || !bs_ascii_same(line, field, name_len))
		return false;
	/* RFC 5322 §4.5: white space may stand before the colon */
	for (size_t i = name_len; i < len; i++) {
		if (line[i] == ':')
			return true;
		if (line[i] != ' ' && line[i] != '\t')
			return false;
	}
	return false;
}
