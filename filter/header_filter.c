/* The header of a message, line by line: where it ends, and which of its
 * fields are forged. */
#include "common/mail/x_backstop.h"
#include "filter/header_filter.h"

void
bs_header_filter_begin(struct bs_header_filter *header, bool from_outside,
    const char *id)
{
	*header = (struct bs_header_filter){
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
bs_header_filter_ends(const struct bs_header_filter *header,
    struct bs_text line)
{
	return line.len == 0 || bs_proto_is_end(line) ||
	       (!header->from_outside && !is_field(line) && !is_folded(line));
}

/* Whether the field that this line belongs to bears our id, as far as the line
 * tells. */
static enum bs_auth_match
match(struct bs_header_filter *header, struct bs_text line)
{
	if (!is_folded(line)) {
		header->held = 0;
		return bs_auth_begin(&header->reader, header->id, line.at,
		    line.len);
	}
	return header->holding
		   ? bs_auth_next(&header->reader, line.at, line.len)
		   : BS_AUTH_OTHER;
}

enum bs_header_filter_word
bs_header_filter_look(struct bs_header_filter *header, struct bs_text line)
{
	enum bs_auth_match found;

	if (!header->in_head || !header->from_outside)
		return BS_HEADER_FILTER_PASS;
	if (!is_folded(line))
		header->dropping = bs_x_backstop_is_ours(line.at, line.len);
	if (header->dropping) {
		header->holding = false;
		return BS_HEADER_FILTER_DROP;
	}
	found = match(header, line);
	header->held += line.len;
	header->holding = found == BS_AUTH_MORE;
	header->dropping =
	    found == BS_AUTH_OURS ||
	    (header->holding && header->held > BS_HEADER_FILTER_HELD_MAX);
	if (header->dropping)
		return BS_HEADER_FILTER_DROP;
	return header->holding ? BS_HEADER_FILTER_HOLD : BS_HEADER_FILTER_PASS;
}
