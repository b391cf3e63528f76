/* Statements of smtpd.conf(5), a list of words each, macros expanded. */
#include <stdio.h>
#include <string.h>

#include "common/base/ascii.h"
#include "common/cli/doctor/smtpd_line.h"

#define END (-1)

void
bs_smtpd_text_begin(struct bs_smtpd_text *text, const char *octets, size_t len)
{
	*text = (struct bs_smtpd_text){.octets = octets, .len = len, .line = 1};
}

/* The next octet without taking it, of a macro's value first. A backslash
 * before a newline is neither. */
static int
peek(struct bs_smtpd_text *text)
{
	if (text->macro != NULL && *text->macro != '\0')
		return (unsigned char)*text->macro;
	text->macro = NULL;
	while (text->len - text->at > 1 && text->octets[text->at] == '\\' &&
	       text->octets[text->at + 1] == '\n') {
		text->at += 2;
		text->line++;
	}
	if (text->at == text->len)
		return END;
	return (unsigned char)text->octets[text->at];
}

static void
skip(struct bs_smtpd_text *text)
{
	if (text->macro != NULL) {
		text->macro++;
		return;
	}
	if (text->octets[text->at++] == '\n')
		text->line++;
}

/* A word more begins; without room for it the line is cut. */
static bool
begin_word(struct bs_smtpd_line *line, char kind)
{
	if (line->is_cut || line->count == BS_SMTPD_WORDS ||
	    line->used == sizeof(line->octets)) {
		line->is_cut = true;
		return false;
	}
	line->kinds[line->count] = kind;
	line->words[line->count] = line->octets + line->used;
	return true;
}

static void
add(struct bs_smtpd_line *line, size_t *len, int octet)
{
	/* a NUL would hide the rest of the word */
	if (octet == '\0')
		octet = '?';
	if (line->used + *len + 1 < sizeof(line->octets))
		line->octets[line->used + (*len)++] = (char)octet;
	else
		line->is_cut = true;
}

static void
end_word(struct bs_smtpd_line *line, size_t len)
{
	line->octets[line->used + len] = '\0';
	line->used += len + 1;
	line->count++;
}

/* Text between quotes: newlines in it are none, and a backslash counts before
 * the quote and before a space alone. */
static void
read_quoted(struct bs_smtpd_text *text, struct bs_smtpd_line *line, int quote)
{
	bool is_kept = begin_word(line, BS_SMTPD_QUOTED);
	size_t len = 0;
	int c;

	skip(text);
	while ((c = peek(text)) != END && c != quote) {
		skip(text);
		if (c == '\n')
			continue;
		if (c == '\\' && (peek(text) == quote || peek(text) == ' ' ||
				     peek(text) == '\t')) {
			c = peek(text);
			skip(text);
		}
		if (is_kept)
			add(line, &len, c);
	}
	if (c == quote)
		skip(text);
	if (is_kept)
		end_word(line, len);
}

static bool
is_of_word(int c)
{
	return c > ' ' && c != 0x7f && strchr("(){}<>!=#,\"'", c) == NULL;
}

static void
read_word(struct bs_smtpd_text *text, struct bs_smtpd_line *line)
{
	bool is_kept = begin_word(line, BS_SMTPD_WORD);
	size_t len = 0;
	int c;

	while ((c = peek(text)) != END && is_of_word(c)) {
		skip(text);
		if (is_kept)
			add(line, &len, c);
	}
	if (is_kept)
		end_word(line, len);
}

static const char *
find_macro(const struct bs_smtpd_macros *macros, const char *name)
{
	for (size_t i = macros->count; i-- > 0;)
		if (strcmp(macros->list[i].name, name) == 0)
			return macros->list[i].value;
	return NULL;
}

/* "$name": goes on in the macro's value. One that is not there, or that has no
 * room for its name, stands for nothing. */
static void
expand(struct bs_smtpd_text *text, const struct bs_smtpd_macros *macros)
{
	char name[BS_SMTPD_MACRO_NAME];
	size_t len = 0;
	int c;

	skip(text);
	while ((c = peek(text)) != END &&
	       (bs_ascii_is_alpha((char)c) || bs_ascii_is_digit((char)c) ||
		   c == '_')) {
		if (len + 1 < sizeof(name))
			name[len++] = (char)c;
		skip(text);
	}
	name[len] = '\0';
	text->macro = find_macro(macros, name);
}

static void
skip_comment(struct bs_smtpd_text *text)
{
	int c;

	while ((c = peek(text)) != END && c != '\n')
		skip(text);
}

static void
read_mark(struct bs_smtpd_text *text, struct bs_smtpd_line *line, int c)
{
	size_t len = 0;

	skip(text);
	if (c <= ' ' || c >= 0x7f || !begin_word(line, (char)c))
		return;
	add(line, &len, c);
	end_word(line, len);
}

/* Reads what begins with an octet that is neither a space nor a newline. */
static void
read_token(struct bs_smtpd_text *text, const struct bs_smtpd_macros *macros,
    struct bs_smtpd_line *line, int c)
{
	if (c == '#')
		skip_comment(text);
	else if (c == '$' && text->macro == NULL)
		expand(text, macros);
	else if (c == '"' || c == '\'')
		read_quoted(text, line, c);
	else if (is_of_word(c))
		read_word(text, line);
	else
		read_mark(text, line, c);
}

bool
bs_smtpd_line_next(struct bs_smtpd_text *text,
    const struct bs_smtpd_macros *macros, struct bs_smtpd_line *out)
{
	int depth = 0;
	int c;

	out->count = 0;
	out->used = 0;
	out->is_cut = false;
	while ((c = peek(text)) != END) {
		if (c == ' ' || c == '\t' || c == '\r') {
			skip(text);
			continue;
		}
		if (c == '\n') {
			skip(text);
			/* within braces a list goes on */
			if (depth > 0 || out->count == 0)
				continue;
			return true;
		}
		if (out->count == 0)
			out->number = text->line;
		if (c == '{')
			depth++;
		else if (c == '}' && depth > 0)
			depth--;
		read_token(text, macros, out, c);
	}
	return out->count > 0;
}

bool
bs_smtpd_line_is(const struct bs_smtpd_line *line, size_t at, const char *word)
{
	return at < line->count && line->kinds[at] != BS_SMTPD_QUOTED &&
	       strcmp(line->words[at], word) == 0;
}

bool
bs_smtpd_macro_take(struct bs_smtpd_macros *macros,
    const struct bs_smtpd_line *line)
{
	struct bs_smtpd_macro *macro;
	size_t len = 0;

	if (line->count < 2 || line->kinds[0] != BS_SMTPD_WORD ||
	    line->kinds[1] != '=')
		return false;
	if (macros->count == BS_SMTPD_MACROS || line->is_cut ||
	    strlen(line->words[0]) >= sizeof(macro->name))
		return true;
	macro = &macros->list[macros->count];
	snprintf(macro->name, sizeof(macro->name), "%s", line->words[0]);
	macro->value[0] = '\0';
	for (size_t i = 2; i < line->count; i++) {
		int part =
		    snprintf(macro->value + len, sizeof(macro->value) - len,
			"%s%s", i > 2 ? " " : "", line->words[i]);

		if (part < 0 || (size_t)part >= sizeof(macro->value) - len)
			return true; /* no half of a value */
		len += (size_t)part;
	}
	macros->count++;
	return true;
}
