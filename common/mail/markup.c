/* The text of an HTML part, read piece by piece. */
#include <string.h>

#include "common/base/ascii.h"
#include "common/mail/markup.h"

enum state { TEXT, TAG, ENTITY };

static size_t
put(struct bs_markup *markup, char c, char *out)
{
	if (markup->is_hidden)
		return 0;
	if (c == '\n')
		markup->within_line = false;
	else if (c != ' ' && c != '\t')
		markup->within_line = true;
	out[0] = c;
	return 1;
}

static size_t
put_held(struct bs_markup *markup, char first, char *out)
{
	size_t used = put(markup, first, out);

	for (size_t i = 0; i < markup->held_len; i++)
		used += put(markup, markup->held[i], out + used);
	markup->held_len = 0;
	return used;
}

/* Whether the tag at hand has this name; "/" is part of a name. */
static bool
is_tag(const struct bs_markup *markup, const char *name)
{
	size_t len = strlen(name);
	char next;

	if (markup->held_len < len || !bs_ascii_same(markup->held, name, len))
		return false;
	if (markup->held_len == len)
		return true;
	next = markup->held[len];
	return next == ' ' || next == '/' || next == '\n' || next == '\t';
}

static size_t
end_tag(struct bs_markup *markup, char *out)
{
	static const char *const blocks[] = {"p", "/p", "div", "/div", "tr",
	    "/tr", "li", "/li", "hr", "h1", "/h1", "h2", "/h2", "h3", "/h3",
	    "pre", "/pre", "table", "/table", "dt", "dd", "blockquote",
	    "/blockquote", "td", "/td"};
	bool breaks = is_tag(markup, "br");

	if (is_tag(markup, "pre"))
		markup->keeps_lines = true;
	else if (is_tag(markup, "/pre"))
		markup->keeps_lines = false;
	else if (is_tag(markup, "style") || is_tag(markup, "script"))
		markup->is_hidden = true;
	else if (is_tag(markup, "/style") || is_tag(markup, "/script"))
		markup->is_hidden = false;
	for (size_t i = 0; i < sizeof(blocks) / sizeof(blocks[0]); i++)
		if (markup->within_line && is_tag(markup, blocks[i]))
			breaks = true;
	markup->held_len = 0;
	markup->state = TEXT;
	return breaks ? put(markup, '\n', out) : 0;
}

static size_t
end_entity(struct bs_markup *markup, char *out)
{
	static const struct {
		const char *name;
		char c;
	} entities[] = {{"lt", '<'}, {"gt", '>'}, {"amp", '&'}, {"quot", '"'},
	    {"nbsp", ' '}, {"#39", '\''}, {"apos", '\''}, {"#64", '@'},
	    {"commat", '@'}, {"#160", ' '}};
	size_t used;

	markup->state = TEXT;
	for (size_t i = 0; i < sizeof(entities) / sizeof(entities[0]); i++)
		if (markup->held_len == strlen(entities[i].name) &&
		    bs_ascii_same(markup->held, entities[i].name,
			markup->held_len)) {
			markup->held_len = 0;
			return put(markup, entities[i].c, out);
		}
	used = put_held(markup, '&', out);
	return used + put(markup, ';', out + used);
}

static size_t
take_tag(struct bs_markup *markup, char c, char *out)
{
	if (c == '>')
		return end_tag(markup, out);
	if (c == '@' && memchr(markup->held, ' ', markup->held_len) == NULL) {
		size_t used = put_held(markup, '<', out);

		markup->state = TEXT;
		return used + put(markup, c, out + used);
	}
	/* "@" far behind does not make an address of a long tag */
	if (markup->held_len < sizeof(markup->held) - 2)
		markup->held[markup->held_len++] = c;
	else
		markup->held[markup->held_len - 1] = ' ';
	return 0;
}

static size_t
take_text(struct bs_markup *markup, char c, char *out)
{
	if (c == '<') {
		markup->state = TAG;
		return 0;
	}
	if (c == '&') {
		markup->state = ENTITY;
		return 0;
	}
	if ((c == '\n' || c == '\r') && !markup->keeps_lines)
		c = ' ';
	return put(markup, c, out);
}

size_t
bs_markup_strip(struct bs_markup *markup, const char *in, size_t len, char *out)
{
	size_t used = 0;

	for (size_t i = 0; i < len; i++) {
		if (markup->state == TAG) {
			used += take_tag(markup, in[i], out + used);
		} else if (markup->state == TEXT) {
			used += take_text(markup, in[i], out + used);
		} else if (in[i] == ';') {
			used += end_entity(markup, out + used);
		} else if (markup->held_len < 8 &&
			   (bs_ascii_is_alpha(in[i]) ||
			       bs_ascii_is_digit(in[i]) || in[i] == '#')) {
			markup->held[markup->held_len++] = in[i];
		} else {
			used += put_held(markup, '&', out + used);
			markup->state = TEXT;
			used += take_text(markup, in[i], out + used);
		}
	}
	return used;
}
