/* Writes a header field, folded between pieces that stay whole. */
#include <errno.h>
#include <string.h>

#include "common/base/ascii.h"
#include "common/mail/folded.h"

/* RFC 5322 §2.1.1 has 78; a reader may add a column of its own. */
#define COLUMNS_MAX 77
#define TAB_COLUMNS 8

static void
add_octet(struct bs_folded *folded, char c)
{
	if (folded->len + 1 >= folded->size) {
		folded->full = true;
		return;
	}
	folded->out[folded->len++] = c;
	folded->out[folded->len] = '\0';
}

/* Folds before the current piece, if its line is too long with it. */
static void
settle(struct bs_folded *folded)
{
	size_t len = folded->len - folded->piece;

	if (folded->piece == 0)
		folded->column = len;
	else if (folded->column + len <= COLUMNS_MAX)
		folded->column += len;
	else {
		/* the space before the piece becomes the fold */
		add_octet(folded, '\0');
		if (folded->full)
			return;
		memmove(folded->out + folded->piece + 1,
		    folded->out + folded->piece, len + 1);
		folded->out[folded->piece] = '\n';
		folded->out[folded->piece + 1] = '\t';
		folded->column = TAB_COLUMNS + len - 1;
	}
}

void
bs_folded_begin(struct bs_folded *folded, char *out, size_t size,
    const char *name)
{
	*folded = (struct bs_folded){.out = out, .size = size};
	out[0] = '\0';
	bs_folded_add(folded, name);
}

void
bs_folded_piece(struct bs_folded *folded)
{
	settle(folded);
	folded->piece = folded->len;
	add_octet(folded, ' ');
}

void
bs_folded_add(struct bs_folded *folded, const char *text)
{
	while (*text != '\0')
		add_octet(folded, *text++);
}

static bool
is_control(char c)
{
	return (unsigned char)c < 0x20 || c == 0x7f;
}

static bool
is_atext(char c)
{
	return bs_ascii_is_alpha(c) || bs_ascii_is_digit(c) ||
	       (c != '\0' && strchr("!#$%&'*+-/=?^_`{|}~", c) != NULL);
}

static bool
is_dot_atom(const char *text)
{
	bool after_dot = true;

	for (; *text != '\0'; text++) {
		if (*text == '.' ? after_dot : !is_atext(*text))
			return false;
		after_dot = *text == '.';
	}
	return !after_dot;
}

static bool
is_token(const char *text)
{
	if (*text == '\0')
		return false;
	for (; *text != '\0'; text++)
		if (*text <= 0x20 || *text >= 0x7f ||
		    strchr("()<>@,;:\\\"/[]?=", *text) != NULL)
			return false;
	return true;
}

/* Adds text, with a backslash before the special octets. */
static void
add_escaped(struct bs_folded *folded, const char *text, const char *special)
{
	for (; *text != '\0'; text++) {
		if (is_control(*text))
			continue;
		if (strchr(special, *text) != NULL)
			add_octet(folded, '\\');
		if ((unsigned char)*text < 0x80)
			add_octet(folded, *text);
		else
			add_octet(folded, '?');
	}
}

static void
add_quoted(struct bs_folded *folded, const char *text)
{
	add_octet(folded, '"');
	add_escaped(folded, text, "\"\\");
	add_octet(folded, '"');
}

void
bs_folded_add_value(struct bs_folded *folded, const char *text)
{
	if (is_dot_atom(text))
		bs_folded_add(folded, text);
	else
		add_quoted(folded, text);
}

void
bs_folded_add_token(struct bs_folded *folded, const char *text)
{
	if (is_token(text))
		bs_folded_add(folded, text);
	else
		add_quoted(folded, text);
}

void
bs_folded_add_comment(struct bs_folded *folded, const char *text)
{
	/* a line of nothing but space would be no fold (RFC 5322 §4.2) */
	add_escaped(folded, text, "()\\ ");
}

int
bs_folded_end(struct bs_folded *folded)
{
	settle(folded);
	return folded->full ? -EMSGSIZE : 0;
}
