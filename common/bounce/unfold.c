/* Puts a folded header field together again, line by line (RFC 5322 §2.2.3).
 */
#include <string.h>

#include "common/bounce/unfold.h"

static bool
is_white(char c)
{
	return c == ' ' || c == '\t';
}

void
bs_unfold_piece(struct bs_unfold *unfold, const char *text, size_t len)
{
	size_t room = sizeof(unfold->text) - unfold->len;

	if (len > room)
		len = room;
	memcpy(unfold->text + unfold->len, text, len);
	unfold->len += len;
}

void
bs_unfold_begin(struct bs_unfold *unfold, const char *line, size_t len)
{
	unfold->len = 0;
	bs_unfold_piece(unfold, line, len);
}

void
bs_unfold_line(struct bs_unfold *unfold, const char *line, size_t len)
{
	while (len > 0 && is_white(line[0])) {
		line++;
		len--;
	}
	while (len > 0 && is_white(line[len - 1]))
		len--;
	if (len == 0)
		return;
	bs_unfold_piece(unfold, " ", 1);
	bs_unfold_piece(unfold, line, len);
}

bool
bs_unfold_take(struct bs_unfold *unfold, struct bs_mime_field *out)
{
	size_t len = unfold->len;

	unfold->len = 0;
	return len > 0 && bs_mime_field(unfold->text, len, out);
}
