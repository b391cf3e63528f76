/* The header of a message that goes by: where it ends, and what is not to
 * stay in it. */
#include "common/mail/x_backstop.h"
#include "filter/header_filter.h"

void
bs_header_filter_begin(struct bs_header_filter *watch, bool from_outside,
    const char *id)
{
	*watch = (struct bs_header_filter){
	    .from_outside = from_outside,
	    .id = id,
	    .in_head = true,
	};
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
bs_header_filter_ends(const struct bs_header_filter *watch, struct bs_text line)
{
	return line.len == 0 || bs_proto_is_end(line) ||
	       (!watch->from_outside && !is_field(line) && !is_folded(line));
}

/* Whether a line tells that the field it belongs to bears our id. */
static enum bs_auth_match
match(struct bs_header_filter *watch, struct bs_text line)
{
	if (!is_folded(line)) {
		watch->held = 0;
		return bs_auth_begin(&watch->reader, watch->id, line.at,
		    line.len);
	}
	return watch->holding ? bs_auth_next(&watch->reader, line.at, line.len)
			      : BS_AUTH_OTHER;
}

enum bs_header_filter_word
bs_header_filter_look(struct bs_header_filter *watch, struct bs_text line)
{
	enum bs_auth_match found;

	if (!watch->in_head || !watch->from_outside)
		return BS_HEADER_FILTER_PASS;
	if (!is_folded(line))
		watch->dropping = bs_x_backstop_is_ours(line.at, line.len);
	if (watch->dropping) {
		watch->holding = false;
		return BS_HEADER_FILTER_DROP;
	}
	found = match(watch, line);
	watch->held += line.len;
	watch->holding = found == BS_AUTH_MORE;
	watch->dropping =
	    found == BS_AUTH_OURS ||
	    (watch->holding && watch->held > BS_HEADER_FILTER_HELD_MAX);
	if (watch->dropping)
		return BS_HEADER_FILTER_DROP;
	return watch->holding ? BS_HEADER_FILTER_HOLD : BS_HEADER_FILTER_PASS;
}
