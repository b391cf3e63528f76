/* Any text as a macro-string: what is one can be expanded, what is none
 * cannot.
 *
 * The sender, domain and HELO stand in lines before it; the first octet says
 * which family the client has. */
#include <errno.h>
#include <string.h>

#include "common/spf/macro.h"
#include "tests/fuzz/fuzz.h"

#define TEXT_MAX 2048

/* Takes a line off. */
static const char *
next_line(char **rest)
{
	char *line = *rest;
	char *end = strchr(line, '\n');

	if (end == NULL)
		return "";
	*end = '\0';
	*rest = end + 1;
	return line;
}

static void
check_domain(const char *text, size_t len, const struct bs_spf_letters *letters)
{
	char name[BS_HOST_MAX];
	size_t column;
	bool is = bs_spf_macro_is(text, len, false, &column);
	int rc = bs_spf_macro_domain(text, len, letters, name);

	MUST(is ? rc == 0 || rc == -EMSGSIZE : rc == -EINVAL);
	MUST(is || column < len);
	MUST(strlen(name) <= 253);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char out[8 * TEXT_MAX];
	char copy[TEXT_MAX];
	char *rest = copy + 1;
	struct bs_spf_letters letters = {.validated = "unknown",
	    .receiver = "mail.example.net"};
	size_t column;
	size_t len;
	int rc;

	if (size == 0 || size >= sizeof(copy))
		return 0;
	memcpy(copy, data, size);
	copy[size] = '\0';
	letters.is_ip6 = data[0] & 1;
	letters.sender = next_line(&rest);
	letters.domain = next_line(&rest);
	letters.helo = next_line(&rest);
	len = size - (size_t)(rest - copy);
	check_domain(rest, len, &letters);
	rc = bs_spf_macro_expand(rest, len, true, &letters, out, sizeof(out));
	if (bs_spf_macro_is(rest, len, true, &column))
		MUST(rc == 0 || rc == -EMSGSIZE);
	else
		MUST(rc == -EINVAL &&
		     !bs_spf_macro_is(rest, len, false, &column));
	(void)bs_spf_macro_has(rest, len, 'p');
	return 0;
}
