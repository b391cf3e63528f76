/* Header fields: name and value, parameters, addresses. */
#include <errno.h>
#include <string.h>

#include "common/base/ascii.h"
#include "common/mail/mime.h"

/* Octets of a field name; the longest in use has about half of that. */
#define NAME_MAX_LEN 76

static bool
is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static bool
is_name_octet(char c)
{
	return bs_ascii_is_alpha(c) || bs_ascii_is_digit(c) || c == '-' ||
	       c == '_' || c == '.';
}

size_t
bs_mime_name_len(const char *line, size_t len)
{
	size_t name = 0;
	size_t at;

	while (name < len && name <= NAME_MAX_LEN && is_name_octet(line[name]))
		name++;
	if (name == 0 || name > NAME_MAX_LEN)
		return 0;
	for (at = name; at < len && (line[at] == ' ' || line[at] == '\t'); at++)
		;
	return at < len && line[at] == ':' ? name : 0;
}

static void
trim(const char **text, size_t *len)
{
	while (*len > 0 && is_space((*text)[0])) {
		(*text)++;
		(*len)--;
	}
	while (*len > 0 && is_space((*text)[*len - 1]))
		(*len)--;
}

bool
bs_mime_field(const char *text, size_t len, struct bs_mime_field *out)
{
	const char *colon;

	out->name = text;
	out->name_len = bs_mime_name_len(text, len);
	if (out->name_len == 0)
		return false;
	colon = memchr(text, ':', len);
	out->value = colon + 1;
	out->value_len = len - (size_t)(colon + 1 - text);
	trim(&out->value, &out->value_len);
	return true;
}

bool
bs_mime_is(const struct bs_mime_field *field, const char *name)
{
	return strlen(name) == field->name_len &&
	       bs_ascii_same(field->name, name, field->name_len);
}

void
bs_mime_word(const char *value, size_t len, char *out, size_t size)
{
	size_t used = 0;

	trim(&value, &len);
	for (size_t i = 0; i < len && used + 1 < size; i++) {
		if (value[i] == ';' || value[i] == '(' || is_space(value[i]))
			break;
		out[used++] = bs_ascii_lower(value[i]);
	}
	out[used] = '\0';
}

/* One "name=value" of a structured value. */
struct parameter {
	const char *name;
	size_t name_len;
	const char *value; /* between its quotes */
	size_t value_len;
	bool quoted;
};

/* Moves *at behind a quoted string whose opening quote lies before it. */
static void
skip_quoted(const char *text, size_t len, size_t *at)
{
	while (*at < len && text[*at] != '"') {
		if (text[*at] == '\\')
			(*at)++;
		(*at)++;
	}
	if (*at > len)
		*at = len;
}

/* Takes the next parameter from *at on. Semicolons may be missing: a space
 * parts parameters too. */
static bool
next_parameter(const char *text, size_t len, size_t *at, struct parameter *out)
{
	size_t i = *at;

	while (i < len && (is_space(text[i]) || text[i] == ';'))
		i++;
	out->name = text + i;
	while (
	    i < len && text[i] != '=' && text[i] != ';' && !is_space(text[i]))
		i++;
	out->name_len = (size_t)(text + i - out->name);
	while (i < len && is_space(text[i]))
		i++;
	out->value = text + i;
	out->value_len = 0;
	out->quoted = false;
	if (i < len && text[i] == '=') {
		for (i++; i < len && is_space(text[i]); i++)
			;
		out->quoted = i < len && text[i] == '"';
		out->value = text + i + out->quoted;
		if (out->quoted) {
			i++;
			skip_quoted(text, len, &i);
		} else {
			while (i < len && text[i] != ';' && !is_space(text[i]))
				i++;
		}
		out->value_len = (size_t)(text + i - out->value);
		if (out->quoted && i < len)
			i++;
	}
	*at = i;
	return out->name_len > 0 || i < len;
}

/* Text that grows at its end; full where something did not fit. */
struct text {
	char *at;
	size_t len;
	size_t size;
	bool full;
};

static void
put(struct text *text, char c)
{
	if (text->len + 1 < text->size)
		text->at[text->len++] = c;
	else
		text->full = true;
}

/* Copies a value without the backslashes of a quoted string; of an extended
 * value, without charset and language, its percent signs decoded. */
static void
put_value(struct text *out, const struct parameter *from, bool extended,
    bool first)
{
	size_t i = 0;

	if (extended && first) {
		for (int quotes = 0; i < from->value_len && quotes < 2; i++)
			if (from->value[i] == '\'')
				quotes++;
		if (i == from->value_len)
			i = 0;
	}
	for (; i < from->value_len; i++) {
		char c = from->value[i];

		if (from->quoted && c == '\\' && i + 1 < from->value_len)
			c = from->value[++i];
		if (extended && c == '%' && i + 2 < from->value_len &&
		    bs_ascii_hex(from->value[i + 1]) >= 0 &&
		    bs_ascii_hex(from->value[i + 2]) >= 0) {
			c = (char)(bs_ascii_hex(from->value[i + 1]) * 16 +
				   bs_ascii_hex(from->value[i + 2]));
			i += 2;
		}
		if (c != '\0')
			put(out, c);
	}
}

/* Whether a parameter is the wanted one, or its given section ("name*0*"). */
static bool
is_section(const struct parameter *parameter, const char *name,
    unsigned section, bool *extended)
{
	size_t len = strlen(name);
	size_t i = len + 1;
	unsigned number = 0;

	*extended = false;
	if (parameter->name_len < len ||
	    !bs_ascii_same(parameter->name, name, len))
		return false;
	if (parameter->name_len == len)
		return section == 0;
	if (parameter->name[len] != '*')
		return false;
	if (i == parameter->name_len) {
		*extended = true;
		return section == 0;
	}
	for (; i < parameter->name_len && bs_ascii_is_digit(parameter->name[i]);
	     i++)
		number =
		    (number * 10 + (unsigned)(parameter->name[i] - '0')) % 1000;
	*extended = i + 1 == parameter->name_len && parameter->name[i] == '*';
	return number == section && i > len + 1 &&
	       (i == parameter->name_len || *extended);
}

static bool
find_section(const char *value, size_t len, const char *name, unsigned section,
    struct text *out)
{
	struct parameter parameter;
	size_t at = 0;
	bool extended;

	while (next_parameter(value, len, &at, &parameter)) {
		if (parameter.value_len == 0 && !parameter.quoted)
			continue;
		if (is_section(&parameter, name, section, &extended)) {
			put_value(out, &parameter, extended, section == 0);
			return true;
		}
	}
	return false;
}

int
bs_mime_parameter(const char *value, size_t len, const char *name, char *out,
    size_t size)
{
	struct text text = {out, 0, size, false};
	unsigned section = 0;

	while (section < 100 && find_section(value, len, name, section, &text))
		section++;
	out[text.len] = '\0';
	if (section == 0 || text.len == 0)
		return -ENOENT;
	return text.full ? -EMSGSIZE : 0;
}

static int
copy(const char *text, size_t len, bool without_spaces, char *out, size_t size)
{
	struct text into = {out, 0, size, false};

	for (size_t i = 0; i < len; i++)
		if (text[i] != '\0' && !(without_spaces && is_space(text[i])))
			put(&into, text[i]);
	out[into.len] = '\0';
	if (into.full) {
		out[0] = '\0';
		return -EMSGSIZE;
	}
	return 0;
}

/* What stands in the first angle brackets outside of quoted strings. A '<' that
 * is never closed reaches to the end. */
static bool
in_brackets(const char *value, size_t len, const char **out, size_t *out_len)
{
	bool quoted = false;
	const char *close;

	for (size_t i = 0; i < len; i++) {
		if (quoted && value[i] == '\\')
			i++;
		else if (value[i] == '"')
			quoted = !quoted;
		else if (!quoted && value[i] == '<') {
			*out = value + i + 1;
			close = memchr(*out, '>', len - i - 1);
			*out_len = close == NULL ? len - i - 1
						 : (size_t)(close - *out);
			return true;
		}
	}
	return false;
}

/* The first word with an '@', else the first word. Commas and parentheses part
 * words. */
static bool
pick_word(const char *value, size_t len, const char **out, size_t *out_len)
{
	static const char apart[] = " \t\r\n,;()";
	size_t i = 0;

	*out_len = 0;
	while (i < len) {
		size_t start;

		while (i < len && memchr(apart, value[i], sizeof(apart) - 1))
			i++;
		start = i;
		while (i < len && !memchr(apart, value[i], sizeof(apart) - 1))
			i++;
		if (i == start)
			break;
		if (*out_len == 0 || memchr(value + start, '@', i - start)) {
			*out = value + start;
			*out_len = i - start;
		}
		if (memchr(value + start, '@', i - start))
			break;
	}
	return *out_len > 0;
}

int
bs_mime_address(const char *value, size_t len, char *out, size_t size)
{
	const char *at;
	size_t at_len;

	if (!in_brackets(value, len, &at, &at_len) &&
	    !pick_word(value, len, &at, &at_len)) {
		out[0] = '\0';
		return -ENOENT;
	}
	trim(&at, &at_len);
	return copy(at, at_len, false, out, size);
}

int
bs_mime_message_id(const char *value, size_t len, char *out, size_t size)
{
	const char *open = memchr(value, '<', len);
	const char *close;
	int rc;

	if (open != NULL) {
		len -= (size_t)(open + 1 - value);
		value = open + 1;
		close = memchr(value, '>', len);
		if (close != NULL)
			len = (size_t)(close - value);
	}
	trim(&value, &len);
	if ((rc = copy(value, len, true, out, size)) != 0)
		return rc;
	return out[0] == '\0' ? -ENOENT : 0;
}
