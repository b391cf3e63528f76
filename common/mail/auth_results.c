/* The Authentication-Results field (RFC 8601): writes ours, and finds those
 * that bear our name. */
#include <string.h>

#include "common/base/ascii.h"
#include "common/mail/auth_results.h"
#include "common/mail/folded.h"

static const char field[] = "Authentication-Results";

static void
add_result(struct bs_folded *folded, const struct bs_auth_result *result)
{
	bs_folded_add(folded, ";");
	bs_folded_piece(folded);
	bs_folded_add(folded, "spf=");
	bs_folded_add(folded, bs_spf_result_name(result->result));
	if (result->reason != NULL) {
		bs_folded_piece(folded);
		bs_folded_add(folded, "reason=");
		bs_folded_add_token(folded, result->reason);
	}
	if (result->domain[0] != '\0') {
		bs_folded_piece(folded);
		bs_folded_add(folded, "smtp.");
		bs_folded_add(folded, bs_spf_identity_name(result->identity));
		bs_folded_add(folded, "=");
		bs_folded_add_token(folded, result->domain);
	}
}

int
bs_auth_results_write(const char *authserv_id,
    const struct bs_auth_result *results, size_t count, char *out, size_t size)
{
	struct bs_folded folded;

	bs_folded_begin(&folded, out, size, field);
	bs_folded_add(&folded, ":");
	bs_folded_piece(&folded);
	bs_folded_add_token(&folded, authserv_id);
	for (size_t i = 0; i < count; i++)
		add_result(&folded, &results[i]);
	if (count == 0) {
		bs_folded_add(&folded, ";");
		bs_folded_piece(&folded);
		bs_folded_add(&folded, "none");
	}
	return bs_folded_end(&folded);
}

/* Takes an octet of the id, quoting taken off. */
static void
compare(struct bs_auth_reader *reader, char c)
{
	char wanted = '\0';

	if (!reader->differs)
		wanted = reader->id[reader->at];

	if (wanted == '\0' || bs_ascii_lower(wanted) != bs_ascii_lower(c))
		reader->differs = true;
	else
		reader->at++;
}

static enum bs_auth_match
end_id(const struct bs_auth_reader *reader)
{
	return !reader->differs && reader->id[reader->at] == '\0'
		   ? BS_AUTH_OURS
		   : BS_AUTH_OTHER;
}

static enum bs_auth_match
read_quoted(struct bs_auth_reader *reader, char c)
{
	if (!reader->escaped && c == '"')
		return end_id(reader);
	if (!reader->escaped && c == '\\')
		reader->escaped = true;
	else {
		reader->escaped = false;
		compare(reader, c);
	}
	return BS_AUTH_MORE;
}

static void
read_comment(struct bs_auth_reader *reader, char c)
{
	if (reader->escaped)
		reader->escaped = false;
	else if (c == '\\')
		reader->escaped = true;
	else if (c == '(')
		reader->depth++;
	else if (c == ')')
		reader->depth--;
}

/* RFC 2045 §5.1. */
static bool
ends_token(char c)
{
	return (unsigned char)c <= 0x20 || c == 0x7f ||
	       strchr("()<>@,;:\\\"/[]?=", c) != NULL;
}

/* An octet before or in a token. */
static enum bs_auth_match
read_plain(struct bs_auth_reader *reader, char c)
{
	if (reader->in_id && ends_token(c))
		return end_id(reader);
	if (!reader->in_id && c == '(')
		reader->depth = 1;
	else if (!reader->in_id && c == '"')
		reader->in_quotes = true;
	else if (!reader->in_id && (unsigned char)c <= 0x20)
		return BS_AUTH_MORE;
	else if (ends_token(c))
		return BS_AUTH_OTHER; /* there is no id */
	else {
		reader->in_id = true;
		compare(reader, c);
	}
	return BS_AUTH_MORE;
}

enum bs_auth_match
bs_auth_next(struct bs_auth_reader *reader, const char *line, size_t len)
{
	enum bs_auth_match match = BS_AUTH_MORE;

	for (size_t i = 0; i < len && match == BS_AUTH_MORE; i++) {
		if (reader->in_quotes)
			match = read_quoted(reader, line[i]);
		else if (reader->depth > 0)
			read_comment(reader, line[i]);
		else
			match = read_plain(reader, line[i]);
	}
	/* the next line begins with a space, which ends a token */
	if (match == BS_AUTH_MORE && reader->in_id)
		match = end_id(reader);
	return match;
}

/* Where the value of the field begins, or 0. */
static size_t
value_of(const char *line, size_t len)
{
	size_t at = sizeof(field) - 1;

	if (len <= at || !bs_ascii_same(line, field, at))
		return 0;
	/* RFC 5322 §4.5: white space may stand before the colon */
	while (at < len && (line[at] == ' ' || line[at] == '\t'))
		at++;
	return at < len && line[at] == ':' ? at + 1 : 0;
}

enum bs_auth_match
bs_auth_begin(struct bs_auth_reader *reader, const char *id, const char *line,
    size_t len)
{
	size_t at = value_of(line, len);

	*reader = (struct bs_auth_reader){.id = id};
	if (at == 0 || id[0] == '\0')
		return BS_AUTH_OTHER;
	return bs_auth_next(reader, line + at, len - at);
}

bool
bs_auth_is_ours(const char *id, const char *text, size_t len)
{
	struct bs_auth_reader reader;
	enum bs_auth_match match = BS_AUTH_MORE;

	for (bool first = true; match == BS_AUTH_MORE && len > 0;
	     first = false) {
		const char *end = memchr(text, '\n', len);
		size_t line = end == NULL ? len : (size_t)(end - text);

		match = first ? bs_auth_begin(&reader, id, text, line)
			      : bs_auth_next(&reader, text, line);
		line += end != NULL;
		text += line;
		len -= line;
	}
	return match == BS_AUTH_OURS;
}
