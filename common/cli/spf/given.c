/* A record that was not read from DNS, but typed or pasted. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/cli/spf/given.h"
#include "common/cli/spf/tree.h"
#include "common/spf/lint/zone.h"

void
bs_spf_given_read(const char *text, struct bs_spf_given *out)
{
	int len = -EINVAL;

	memset(out, 0, sizeof(*out));
	if (strncmp(text, "v=spf1", 6) != 0)
		len =
		    bs_spf_zone_read(text, out->strings, sizeof(out->strings));
	out->too_long = len == -EMSGSIZE;
	if (len > 0) {
		out->strings_len = (size_t)len;
		out->text =
		    bs_spf_answer_text(out->strings, (size_t)len, &out->len);
		return;
	}
	out->len = strlen(text);
	out->text = bs_spf_array(NULL, out->len + 1, 1);
	memcpy(out->text, text, out->len + 1);
}
