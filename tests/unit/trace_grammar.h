/* The grammars of Received-SPF (RFC 7208 §9.1) and Authentication-Results (RFC
 * 8601 §2.2), strictly, for what we write. */
#ifndef BS_TRACE_GRAMMAR_H
#define BS_TRACE_GRAMMAR_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "common/base/ascii.h"

/* Each takes what it names off *at and says whether it was there. */

static inline bool
take_octet(const char **at, char c)
{
	if (**at != c)
		return false;
	(*at)++;
	return true;
}

static inline bool
take_word(const char **at, const char *word)
{
	if (strncmp(*at, word, strlen(word)) != 0)
		return false;
	*at += strlen(word);
	return true;
}

/* RFC 5322 §3.2.2, not the obsolete form: a fold before space that is not all
 * of its line. */
static inline bool
take_fws(const char **at)
{
	const char *from = *at;

	while (**at == ' ' || **at == '\t')
		(*at)++;
	if (**at == '\n' && ((*at)[1] == ' ' || (*at)[1] == '\t'))
		for ((*at)++; **at == ' ' || **at == '\t';)
			(*at)++;
	return *at != from && **at != '\n' && **at != '\0';
}

static inline bool
is_text(char c)
{
	return c >= 0x21 && c <= 0x7e;
}

static inline bool
take_comment(const char **at)
{
	if (!take_octet(at, '('))
		return false;
	while (**at != ')') {
		take_fws(at);
		if (**at == ')')
			break;
		if (take_octet(at, '\\')) {
			if (!is_text(**at) && **at != ' ')
				return false;
		} else if (!is_text(**at) || **at == '(')
			return false;
		(*at)++;
	}
	return take_octet(at, ')');
}

static inline bool
take_quoted(const char **at)
{
	if (!take_octet(at, '"'))
		return false;
	while (**at != '"') {
		take_fws(at);
		if (**at == '"')
			break;
		if (take_octet(at, '\\')) {
			if (!is_text(**at) && **at != ' ')
				return false;
		} else if (!is_text(**at))
			return false;
		(*at)++;
	}
	return take_octet(at, '"');
}

static inline bool
take_run(const char **at, const char *others)
{
	const char *from = *at;

	while (bs_ascii_is_alpha(**at) || bs_ascii_is_digit(**at) ||
	       (**at != '\0' && strchr(others, **at) != NULL))
		(*at)++;
	return *at != from;
}

static inline bool
take_dot_atom(const char **at)
{
	do {
		if (!take_run(at, "!#$%&'*+-/=?^_`{|}~"))
			return false;
	} while (take_octet(at, '.'));
	return true;
}

static inline bool
take_token(const char **at)
{
	return take_run(at, "!#$%&'*+-.^_`{|}~");
}

static inline bool
take_result(const char **at)
{
	/* "none" is no beginning of another */
	return take_word(at, "pass") || take_word(at, "fail") ||
	       take_word(at, "softfail") || take_word(at, "neutral") ||
	       take_word(at, "none") || take_word(at, "temperror") ||
	       take_word(at, "permerror");
}

static inline bool
take_pair(const char **at)
{
	static const char *const keys[] = {"client-ip=", "envelope-from=",
	    "helo=", "problem=", "receiver=", "identity=", "mechanism="};

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (take_word(at, keys[i]))
			return **at == '"' ? take_quoted(at)
					   : take_dot_atom(at);
	return false;
}

static inline bool
is_received_spf(const char *field)
{
	const char *at = field;

	if (!take_word(&at, "Received-SPF:") || !take_fws(&at) ||
	    !take_result(&at) || !take_fws(&at))
		return false;
	if (*at == '(' && (!take_comment(&at) || !take_fws(&at)))
		return false;
	for (;;) {
		if (!take_pair(&at))
			return false;
		if (*at == '\0')
			return true;
		if (!take_octet(&at, ';') || !take_fws(&at))
			return false;
	}
}

static inline bool
take_pvalue(const char **at)
{
	return **at == '"' ? take_quoted(at) : take_token(at);
}

static inline bool
take_resinfo(const char **at)
{
	if (!take_fws(at) || !take_word(at, "spf=") || !take_result(at))
		return false;
	for (;;) {
		const char *before = *at;

		if (!take_fws(at))
			return true;
		if (take_word(at, "reason=") || take_word(at, "smtp.helo=") ||
		    take_word(at, "smtp.mailfrom=")) {
			if (!take_pvalue(at))
				return false;
			continue;
		}
		*at = before;
		return false;
	}
}

static inline bool
is_auth_results(const char *field)
{
	const char *at = field;

	if (!take_word(&at, "Authentication-Results:") || !take_fws(&at) ||
	    !take_pvalue(&at))
		return false;
	if (strcmp(at, "; none") == 0 || strcmp(at, ";\n\tnone") == 0)
		return true;
	while (take_octet(&at, ';'))
		if (!take_resinfo(&at))
			return false;
	return *at == '\0';
}

/* Whether no line is longer than it must be: one that is holds one piece. */
static inline bool
is_folded(const char *field)
{
	while (*field != '\0') {
		size_t len = strcspn(field, "\n");
		size_t columns = len + (*field == '\t' ? 7 : 0);

		if (columns > 77 && memchr(field + 1, ' ', len - 1) != NULL &&
		    memchr(field, '"', len) == NULL)
			return false;
		field += len + (field[len] == '\n' ? 1 : 0);
	}
	return true;
}

#endif
