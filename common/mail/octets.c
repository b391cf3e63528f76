/* Cuts a stream of octets into lines, whatever their ends are. */
#include <string.h>

#include "common/mail/octets.h"

void
bs_octets_begin(struct bs_octets *octets)
{
	octets->len = 0;
	octets->returns = 0;
	octets->owed = 0;
	octets->within = false;
	octets->done = false;
}

static void
give(struct bs_octets *octets, bool ends, struct bs_octets_piece *out)
{
	out->text = octets->text;
	out->len = octets->len;
	out->starts = !octets->within;
	out->ends = ends;
	octets->within = !ends;
	octets->done = true;
}

/* Copies up to len octets without NULs, as far as there is room. Returns how
 * many were read. */
static size_t
keep(struct bs_octets *octets, const char *from, size_t len)
{
	size_t room = sizeof(octets->text) - octets->len;
	size_t taken = 0;

	if (len <= room && memchr(from, '\0', len) == NULL) {
		memcpy(octets->text + octets->len, from, len);
		octets->len += len;
		return len;
	}
	for (; taken < len && octets->len < sizeof(octets->text); taken++)
		if (from[taken] != '\0')
			octets->text[octets->len++] = from[taken];
	return taken;
}

/* How many octets from at on are no line end. Looks at no more than a piece, as
 * there may be no LF at all. */
static size_t
run_len(const char *at, const char *end)
{
	size_t len = (size_t)(end - at);
	const char *found;

	if (len > BS_OCTETS_PIECE)
		len = BS_OCTETS_PIECE;
	if ((found = memchr(at, '\n', len)) != NULL)
		len = (size_t)(found - at);
	if ((found = memchr(at, '\r', len)) != NULL)
		len = (size_t)(found - at);
	return len;
}

/* Leaves out whole lines that do not begin with '-'. */
static void
skip_lines(const char **at, const char *end)
{
	const char *newline;
	size_t len;

	while (*at < end && **at != '-' && **at != '\0') {
		newline = memchr(*at, '\n', (size_t)(end - *at));
		if (newline == NULL)
			return;
		len = (size_t)(newline - *at);
		if (len > 0 && newline[-1] == '\r')
			len--;
		if (memchr(*at, '\r', len) != NULL)
			return;
		*at = newline + 1;
	}
}

bool
bs_octets_next(struct bs_octets *octets, const char **at, const char *end,
    bool quick, struct bs_octets_piece *out)
{
	if (octets->done) {
		octets->len = 0;
		octets->done = false;
	}
	for (;;) {
		if (octets->owed > 0) {
			octets->owed--;
			give(octets, true, out);
			return true;
		}
		if (quick && octets->len == 0 && octets->returns == 0 &&
		    !octets->within)
			skip_lines(at, end);
		if (*at == end)
			return false;
		if (**at == '\r') {
			octets->returns++;
			(*at)++;
		} else if (**at == '\n') {
			octets->returns = 0;
			(*at)++;
			give(octets, true, out);
			return true;
		} else if (octets->returns > 0) {
			octets->owed = octets->returns;
			octets->returns = 0;
		} else {
			*at += keep(octets, *at, run_len(*at, end));
			if (octets->len == sizeof(octets->text)) {
				give(octets, false, out);
				return true;
			}
		}
	}
}

bool
bs_octets_end(struct bs_octets *octets, struct bs_octets_piece *out)
{
	if (octets->done) {
		octets->len = 0;
		octets->done = false;
	}
	if (octets->returns > 0) {
		octets->owed = octets->returns;
		octets->returns = 0;
	}
	if (octets->owed > 0)
		octets->owed--;
	else if (octets->len == 0 && !octets->within)
		return false;
	give(octets, true, out);
	return true;
}
