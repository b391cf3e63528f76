/* backstop.conf changed at one place; it knows of the file what
 * common/config/read.c demands of one without mistakes. */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "common/cli/status/edit.h"
#include "common/base/ascii.h"
#include "common/base/idn.h"

/* Places in the text: what stands in a line without the space around it and
 * without its comment, and where the next line begins. */
struct line {
	size_t start;
	size_t begin;
	size_t end;
	size_t next;
};

static bool
is_space(char c)
{
	return c == ' ' || c == '\t';
}

/* Returns false at the end of the text. */
static bool
take_line(const char *text, size_t len, size_t at, struct line *out)
{
	const char *newline;

	if (at >= len)
		return false;
	newline = memchr(text + at, '\n', len - at);
	out->start = at;
	out->end = newline == NULL ? len : (size_t)(newline - text);
	out->next = newline == NULL ? len : out->end + 1;
	if (out->end > at && text[out->end - 1] == '\r')
		out->end--;
	for (size_t i = at; i < out->end; i++)
		if ((text[i] == '#' || text[i] == ';') &&
		    (i == at || is_space(text[i - 1])))
			out->end = i;
	while (out->end > at && is_space(text[out->end - 1]))
		out->end--;
	while (at < out->end && is_space(text[at]))
		at++;
	out->begin = at;
	return true;
}

/* Whether the line is "[domain NAME]", in whichever spelling. */
static bool
opens(const char *text, const struct line *line, const char *domain)
{
	static const char before[] = "[domain ";
	size_t before_len = sizeof(before) - 1;
	size_t len = line->end - line->begin;
	const char *at = text + line->begin;
	char name[2 * BS_HOST_MAX];

	if (len <= before_len || len - before_len > sizeof(name) ||
	    !bs_ascii_same(at, before, before_len) || at[len - 1] != ']')
		return false;
	len -= before_len + 1;
	memcpy(name, at + before_len, len);
	name[len] = '\0';
	bs_idn_address(name, sizeof(name));
	return strlen(name) == strlen(domain) &&
	       bs_ascii_same(name, domain, strlen(domain));
}

/* Whether the line is "key = value"; sets the value's place. */
static bool
assigns(const char *text, const struct line *line, const char *key,
    size_t *value)
{
	size_t at = line->begin + strlen(key);

	if (at >= line->end ||
	    strncmp(text + line->begin, key, strlen(key)) != 0)
		return false;
	while (at < line->end && is_space(text[at]))
		at++;
	if (at == line->end || text[at] != '=')
		return false;
	at++;
	while (at < line->end && is_space(text[at]))
		at++;
	*value = at;
	return true;
}

static const char *
newline_of(const char *text, size_t len)
{
	const char *first = memchr(text, '\n', len);

	return first != NULL && first > text && first[-1] == '\r' ? "\r\n"
								  : "\n";
}

/* Writes "key = value" as a new line at a place, behind a section's header
 * where that lacks too. */
static int
insert(const char *text, size_t len, size_t at, const char *domain,
    const char *key, const char *value, struct bs_splice *out)
{
	const char *newline = newline_of(text, len);
	bool is_open = at > 0 && text[at - 1] != '\n';
	int n;

	out->from = at;
	out->to = at;
	if (domain == NULL)
		n = snprintf(out->fresh, sizeof(out->fresh), "%s%s = %s%s",
		    is_open ? newline : "", key, value, newline);
	else
		n = snprintf(out->fresh, sizeof(out->fresh),
		    "%s%s[domain %s]%s%s = %s%s", is_open ? newline : "",
		    newline, domain, newline, key, value, newline);
	return n < 0 || (size_t)n >= sizeof(out->fresh) ? -EMSGSIZE : 0;
}

/* Looks for the section and the key in it. Returns whether the key is there,
 * with the place of its value in *out; *end is behind the section's last key
 * or header, 0 without such a section. A new line goes there: before others it
 * could make an indented key the rest of its own value. */
static bool
find(const char *text, size_t len, const char *domain, const char *key,
    struct bs_splice *out, size_t *end)
{
	struct line line = {0};
	bool inside = false;
	bool below_key = false;

	*end = 0;
	while (take_line(text, len, line.next, &line)) {
		bool more = line.begin > line.start && below_key;

		if (line.begin == line.end)
			continue;
		if (text[line.begin] == '[') {
			inside = opens(text, &line, domain);
			below_key = false;
		} else if (inside && !more &&
			   assigns(text, &line, key, &out->from)) {
			out->to = line.end;
			return true;
		} else
			below_key = true;
		if (inside)
			*end = line.next;
	}
	return false;
}

int
bs_edit_domain(const char *text, size_t len, const char *domain,
    const char *key, const char *value, struct bs_splice *out)
{
	size_t end;
	int n;

	if (!find(text, len, domain, key, out, &end))
		return insert(text, len, end > 0 ? end : len,
		    end > 0 ? NULL : domain, key, value, out);
	n = snprintf(out->fresh, sizeof(out->fresh), "%s", value);
	return n < 0 || (size_t)n >= sizeof(out->fresh) ? -EMSGSIZE : 0;
}
