/* The Authentication-Results field (RFC 8601): writes ours, and finds those
 * that bear our name. */
#ifndef BS_MAIL_AUTH_RESULTS_H
#define BS_MAIL_AUTH_RESULTS_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/backstop.h"
#include "common/policy/spf_words.h"

/* The result for one identity; texts may hold any octets. */
struct bs_auth_result {
	enum bs_spf_result result;
	enum bs_spf_identity identity;
	const char *domain; /* empty: not told */
	const char *reason; /* NULL: none */
};

/* Writes the field and a NUL, folded, without a newline at its end. With a
 * count of 0 it says that nothing was checked. Returns 0 or -EMSGSIZE. */
BS_MUST_USE int bs_auth_results_write(const char *authserv_id,
    const struct bs_auth_result *results, size_t count, char *out, size_t size);

/* Whether a field is one that bears our authserv-id. */
enum bs_auth_match {
	BS_AUTH_OTHER,
	BS_AUTH_OURS,
	BS_AUTH_MORE, /* the next line of the field will tell */
};

/* A field being read line by line. The id must outlive it. */
struct bs_auth_reader {
	const char *id;
	size_t at;	/* octets of the id that were matched */
	bool differs;	/* it is not ours */
	bool in_id;	/* a token has begun */
	bool in_quotes; /* or a quoted-string */
	bool escaped;	/* behind a backslash */
	unsigned depth; /* of comments */
};

/* Begins with the first line of a field, no newline at its end. Returns
 * BS_AUTH_OTHER also for a field of another name. A field that ends at
 * BS_AUTH_MORE has no id. */
enum bs_auth_match bs_auth_begin(struct bs_auth_reader *reader, const char *id,
    const char *line, size_t len);

/* Goes on with the next line of a field, after BS_AUTH_MORE. */
enum bs_auth_match bs_auth_next(struct bs_auth_reader *reader, const char *line,
    size_t len);

/* Whether a whole field, its lines joined by newlines, bears our id. */
bool bs_auth_is_ours(const char *id, const char *text, size_t len);

#endif
