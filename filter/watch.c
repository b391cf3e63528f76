/* The header of a message that goes by: where it ends, and what is not to
 * stay in it. */
#include "common/pure/header.h"
#include "filter/watch.h"

void
bs_watch_begin(struct bs_watch *watch, bool from_outside)
{
	watch->from_outside = from_outside;
	watch->in_head = true;
	watch->dropping = false;
}

/* RFC 5322 §2.2: whether a line may begin a field. */
static bool
is_field(struct bs_text line)
{
	size_t i = 0;

	while (i < line.len && line.at[i] > ' ' && line.at[i] != 0x7f &&
	       line.at[i] != ':')
		i++;
	if (i == 0)
		return false;
	while (i < line.len && (line.at[i] == ' ' || line.at[i] == '\t'))
		i++;
	return i < line.len && line.at[i] == ':';
}

static bool
is_folded(struct bs_text line)
{
	return line.len > 0 && (line.at[0] == ' ' || line.at[0] == '\t');
}

bool
bs_watch_ends(const struct bs_watch *watch, struct bs_text line)
{
	return line.len == 0 || bs_proto_is_end(line) ||
	       (!watch->from_outside && !is_field(line) && !is_folded(line));
}

bool
bs_watch_drops(struct bs_watch *watch, struct bs_text line)
{
	if (!watch->in_head || !watch->from_outside)
		return false;
	if (!is_folded(line))
		watch->dropping = bs_header_is_ours(line.at, line.len);
	return watch->dropping;
}
