/* Lists of "name=value" lines, read and written by a table of fields. */
#ifndef BS_ADAPTER_FIELDS_H
#define BS_ADAPTER_FIELDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/backstop.h"

#define BS_WIRE_MAX 16384 /* octets of a request or an answer */
#define BS_WIRE_LINES 64
#define BS_WIRE_LINE 1024 /* octets of a line, its newline included */

enum bs_field_type {
	BS_FIELD_TEXT,
	BS_FIELD_WORD,
	BS_FIELD_NUMBER,
	BS_FIELD_ID, /* 64 bits */
	BS_FIELD_FLAG,
	BS_FIELD_LIST, /* struct bs_list: a line an item; may repeat */
};

/* One attribute: where its value lives in a request or an answer. */
struct bs_field {
	const char *name;
	enum bs_field_type type;
	bool required;
	bool quiet; /* not written if it is 0 or the first word */
	bool spare; /* not written if the limits leave no room for it */
	size_t offset;
	size_t size;		  /* BS_FIELD_TEXT: of the array */
	const char *const *words; /* BS_FIELD_WORD: by enumerator */
	size_t word_count;
};

/* Reads a frame, its empty line included, into the struct at target, and notes
 * in seen[count] which fields it had. A list takes what it has room for, and
 * says that it is truncated. Returns 0, -EINVAL or -EMSGSIZE. */
BS_MUST_USE int bs_fields_decode(const char *frame, size_t len,
    const struct bs_field *fields, size_t count, bool *seen, void *target);

/* Writes the struct at source as a frame, its empty line included. Empty text
 * is left out, but for the field always (which may be NULL). A spare field or
 * an item of a list that the limits leave no room for is left out and *dropped
 * set. Lists stand last in a table. Returns the length, or -EMSGSIZE if
 * another field does not fit. */
BS_MUST_USE int bs_fields_encode(const struct bs_field *fields, size_t count,
    const void *source, const struct bs_field *always, bool *dropped, char *out,
    size_t size);

/* Octets of a text once it is percent-encoded. */
size_t bs_fields_cost(const char *text);

#endif
