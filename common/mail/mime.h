/* Header fields: name and value, parameters, addresses. */
#ifndef BS_MAIL_MIME_H
#define BS_MAIL_MIME_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/backstop.h"

/* An unfolded field: views into the caller's text. The value has no white space
 * around it. */
struct bs_mime_field {
	const char *name;
	size_t name_len;
	const char *value;
	size_t value_len;
};

/* The length of the field name that a line begins with, if a colon follows
 * it; 0 where the line begins no field. White space may stand before the
 * colon (RFC 5322 §4.5). */
size_t bs_mime_name_len(const char *line, size_t len);

/* Parts an unfolded field into name and value. Returns whether it is one. */
bool bs_mime_field(const char *text, size_t len, struct bs_mime_field *out);

/* Whether the field has this name, in any case. */
bool bs_mime_is(const struct bs_mime_field *field, const char *name);

/* The first word of a value ("multipart/report" of a Content-Type), in lower
 * case; cut where it does not fit. */
void bs_mime_word(const char *value, size_t len, char *out, size_t size);

/* Copies a parameter without quotes, put together from its sections and
 * without percent signs (RFC 2231). Returns 0, -ENOENT or -EMSGSIZE. */
BS_MUST_USE int bs_mime_parameter(const char *value, size_t len,
    const char *name, char *out, size_t size);

/* Takes the first address out of a From, Return-Path or the like: what stands
 * in angle brackets, else the first word with an '@', else the first word.
 * Returns 0 with out NUL-terminated (empty for "<>"), -ENOENT or -EMSGSIZE. */
BS_MUST_USE int bs_mime_address(const char *value, size_t len, char *out,
    size_t size);

/* Takes the identifier out of a Message-ID, without brackets and the spaces
 * that refolding left in it. Returns as bs_mime_address() does. */
BS_MUST_USE int bs_mime_message_id(const char *value, size_t len, char *out,
    size_t size);

#endif
