/* backstop.conf changed at one place, every other octet left as it is. */
#ifndef BS_CLI_STATUS_EDIT_H
#define BS_CLI_STATUS_EDIT_H

#include <stddef.h>

#include "common/base/backstop.h"

/* Room for "[domain NAME]" and "key = value" with their newlines. */
#define BS_EDIT_FRESH 384

/* What to put in place of the octets from (included) to (not). */
struct bs_splice {
	size_t from;
	size_t to;
	char fresh[BS_EDIT_FRESH];
};

/* Finds where a key of [domain NAME] gets its value: the section and the key
 * are added where they lack. The text must be a configuration without
 * mistakes, the domain in lower case. Returns 0 or -EMSGSIZE. */
BS_MUST_USE int bs_edit_domain(const char *text, size_t len, const char *domain,
    const char *key, const char *value, struct bs_splice *out);

#endif
